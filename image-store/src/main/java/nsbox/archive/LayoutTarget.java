package nsbox.archive;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import nsbox.image.BlobCheck;
import nsbox.image.BlobSource;
import nsbox.image.Descriptor;
import nsbox.image.ImageParts;
import nsbox.image.MediaType;
import nsbox.image.StoreFiles;
import nsbox.json.Json;
import nsbox.json.JsonObject;

/// Writes an image, an index or an artifact to an OCI image layout, every blob byte for byte and
/// checked on the way.
public final class LayoutTarget {
  private static final String BLOBS = "blobs";
  private static final String LOCK = ".nsbox.lock";
  private static final String MARKER = "{\"imageLayoutVersion\":\"" + OciLayout.VERSION + "\"}";

  private final BlobSource source;
  private final Descriptor root;
  private final ImageParts parts;
  private final Optional<String> name;

  /// @param name for the entry of the index; an older entry of that name goes
  public LayoutTarget(BlobSource source, Descriptor root, Optional<String> name)
      throws IOException {
    this.source = source;
    this.root = root;
    this.parts = ImageParts.of(root, source);
    this.name = name;
  }

  /// Adds to the layout in a folder, or makes one. The index comes last, by a rename: so a copy
  /// that breaks off leaves the layout as it was, but for blobs that nothing leads to.
  public void addTo(Path folder) throws IOException {
    if (Files.exists(folder)
        && !Files.exists(folder.resolve(OciLayout.INDEX))
        && !isInTheMaking(folder)) {
      throw new IOException(folder + ": neither empty nor an OCI image layout");
    }
    Files.createDirectories(folder.resolve(BLOBS));
    for (Descriptor blob : blobs()) {
      addBlob(folder, blob);
    }
    try (LayoutLock _ = LayoutLock.take(folder.resolve(LOCK))) {
      replace(folder.resolve(OciLayout.MARKER), MARKER.getBytes(StandardCharsets.UTF_8));
      replace(folder.resolve(OciLayout.INDEX), Json.bytes(index(folder)));
      StoreFiles.forceFolder(folder);
    }
  }

  /// Writes a tar of a layout with this alone.
  public void archive(OutputStream out) throws IOException {
    TreeMap<String, Descriptor> files = new TreeMap<>();
    TreeMap<String, Descriptor> folders = new TreeMap<>();
    for (Descriptor blob : blobs()) {
      String folder = BLOBS + "/" + blob.digest().algorithm();
      folders.put(folder, blob);
      files.put(folder + "/" + blob.digest().hex(), blob);
    }
    TarTarget tar = new TarTarget(out);
    tar.folder(BLOBS);
    for (String folder : folders.keySet()) {
      tar.folder(folder);
    }
    for (var file : files.entrySet()) {
      try (InputStream bytes = checked(file.getValue())) {
        tar.file(file.getKey(), file.getValue().sizeBytes(), bytes);
      }
    }
    text(tar, OciLayout.INDEX, Json.bytes(index(Path.of("/nonexistent"))));
    text(tar, OciLayout.MARKER, MARKER.getBytes(StandardCharsets.UTF_8));
    tar.finish();
  }

  private List<Descriptor> blobs() {
    List<Descriptor> blobs = new ArrayList<>(parts.blobs());
    blobs.addAll(parts.documents());
    return blobs;
  }

  private void addBlob(Path folder, Descriptor blob) throws IOException {
    Path target =
        folder.resolve(BLOBS).resolve(blob.digest().algorithm()).resolve(blob.digest().hex());
    if (Files.isRegularFile(target) && Files.size(target) == blob.sizeBytes()) {
      return;
    }
    Files.createDirectories(target.getParent());
    /* Others may add the same blob at the same time. */
    Path temporary =
        target.resolveSibling(
            "." + blob.digest().shortHex() + "-" + ProcessHandle.current().pid() + ".nsbox");
    Files.deleteIfExists(temporary);
    try (FileChannel channel = StoreFiles.create(temporary);
        InputStream bytes = open(blob)) {
      BlobCheck.copy(blob, bytes, Channels.newOutputStream(channel), blob.digest().toString());
      channel.force(false);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /* Documents may be in memory, and not among the blobs. */
  private InputStream open(Descriptor blob) throws IOException {
    return parts.documents().contains(blob)
        ? new ByteArrayInputStream(source.document(blob))
        : source.open(blob);
  }

  private InputStream checked(Descriptor blob) throws IOException {
    return new CheckedBytes(open(blob), blob.digest().toString(), blob.digest());
  }

  private JsonObject index(Path folder) throws IOException {
    List<JsonObject> entries = new ArrayList<>();
    Path file = folder.resolve(OciLayout.INDEX);
    if (Files.exists(file)) {
      OciLayout layout = new OciLayout(new FolderFiles(folder, folder.toString()));
      for (Descriptor entry : layout.entries()) {
        String other = entry.annotation(LayoutNames.REF_NAME);
        boolean replaced =
            name.isPresent()
                ? name.get().equals(other)
                : other == null && entry.digest().equals(root.digest());
        if (!replaced) {
          entries.add(entry.toJson());
        }
      }
    }
    Descriptor entry = root.bare();
    entries.add(
        (name.isPresent() ? entry.withAnnotation(LayoutNames.REF_NAME, name.get()) : entry)
            .toJson());
    return new JsonObject()
        .put("schemaVersion", 2L)
        .put("mediaType", MediaType.OCI_INDEX)
        .put("manifests", entries);
  }

  private static void text(TarTarget tar, String name, byte[] bytes) throws IOException {
    tar.file(name, bytes.length, new ByteArrayInputStream(bytes));
  }

  /* Empty, or with what somebody else's copy into it has made so far. */
  private static boolean isInTheMaking(Path folder) throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.map(it -> it.getFileName().toString()).allMatch(LayoutTarget::isOfLayout);
    }
  }

  private static boolean isOfLayout(String name) {
    return name.equals(BLOBS)
        || name.equals(LOCK)
        || name.equals(OciLayout.MARKER)
        || name.equals(OciLayout.INDEX)
        || name.equals(temporaryName(OciLayout.MARKER))
        || name.equals(temporaryName(OciLayout.INDEX));
  }

  private static String temporaryName(String name) {
    return "." + name + ".nsbox";
  }

  private static void replace(Path file, byte[] bytes) throws IOException {
    Path temporary = file.resolveSibling(temporaryName(file.getFileName().toString()));
    Files.deleteIfExists(temporary);
    try (FileChannel channel = StoreFiles.create(temporary)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(false);
    }
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }
}

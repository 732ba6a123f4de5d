package nsbox.archive;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nsbox.image.BlobStore;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.MediaType;
import nsbox.image.Reference;
import nsbox.image.StoredImage;
import nsbox.json.Json;
import nsbox.json.JsonObject;

/// Writes images of the store to archives and folders that docker, podman and skopeo read.
///
/// The same images give the same bytes: members are sorted and have no times. What lies in the
/// store is checked as it is written; a failure leaves half an archive, which is the caller's to
/// remove.
public final class ImageSave {
  private static final String LAYOUT = "{\"imageLayoutVersion\":\"" + OciLayout.VERSION + "\"}";
  private static final int BUFFER_BYTES = 128 << 10;

  private final BlobStore blobs;
  private final List<SavedImage> images;

  /// @param images each of them once
  public ImageSave(BlobStore blobs, List<SavedImage> images) {
    this.blobs = blobs;
    this.images = images;
  }

  /// A file that is written when its turn comes.
  private interface Content {
    void write(String name, SaveTarget target) throws IOException;
  }

  /// Writes the format of `docker save`: uncompressed layers, named after their diff IDs.
  public void dockerArchive(OutputStream out) throws IOException {
    TreeMap<String, Content> files = new TreeMap<>();
    StringBuilder manifest = new StringBuilder("[");
    for (SavedImage saved : images) {
      StoredImage image = saved.image();
      String config = image.id().hex() + ".json";
      files.put(config, blob(image.manifest().config()));
      List<String> layers = new ArrayList<>();
      for (int i = 0; i < image.manifest().layers().size(); i++) {
        Digest diffId = image.config().diffIds().get(i);
        layers.add(diffId.hex() + ".tar");
        files.put(diffId.hex() + ".tar", expanded(image.manifest().layers().get(i), diffId));
      }
      manifest.append(manifest.length() == 1 ? "" : ",");
      manifest.append(
          Json.text(
              new JsonObject()
                  .put("Config", config)
                  .put("RepoTags", tags(saved.names()))
                  .put("Layers", layers)));
    }
    files.put(DockerArchive.MANIFEST, text(manifest.append(']').toString()));
    TarTarget tar = new TarTarget(out);
    write(files, tar);
    tar.finish();
  }

  /// Writes an OCI image layout as a tar, every blob as it is in the store.
  public void ociArchive(OutputStream out) throws IOException {
    TarTarget tar = new TarTarget(out);
    write(layout(), tar);
    tar.finish();
  }

  /// Writes an OCI image layout into an empty folder, every blob as it is in the store.
  public void ociFolder(Path folder) throws IOException {
    write(layout(), new FolderTarget(folder));
  }

  private TreeMap<String, Content> layout() {
    TreeMap<String, Content> files = new TreeMap<>();
    List<JsonObject> entries = new ArrayList<>();
    files.put("blobs", (name, target) -> target.folder(name));
    for (SavedImage saved : images) {
      StoredImage image = saved.image();
      add(files, image.descriptor());
      add(files, image.manifest().config());
      image.manifest().layers().forEach(layer -> add(files, layer));
      Descriptor entry =
          image
              .descriptor()
              .withoutAnnotation(LayoutNames.REF_NAME)
              .withoutAnnotation(LayoutNames.CONTAINERD_NAME);
      if (saved.names().isEmpty()) {
        entries.add(entry.toJson());
      }
      for (Reference name : saved.names()) {
        entries.add(
            entry
                .withAnnotation(LayoutNames.REF_NAME, name.toString())
                .withAnnotation(LayoutNames.CONTAINERD_NAME, name.toString())
                .toJson());
      }
    }
    JsonObject index =
        new JsonObject()
            .put("schemaVersion", 2)
            .put("mediaType", MediaType.OCI_INDEX)
            .put("manifests", entries);
    files.put(OciLayout.INDEX, text(Json.text(index)));
    files.put(OciLayout.MARKER, text(LAYOUT));
    return files;
  }

  private void add(Map<String, Content> files, Descriptor blob) {
    String folder = "blobs/" + blob.digest().algorithm();
    files.put(folder, (name, target) -> target.folder(name));
    files.put(folder + "/" + blob.digest().hex(), blob(blob));
  }

  private static void write(TreeMap<String, Content> files, SaveTarget target) throws IOException {
    for (Map.Entry<String, Content> file : files.entrySet()) {
      file.getValue().write(file.getKey(), target);
    }
  }

  private static Content text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return (name, target) -> target.file(name, bytes.length, new ByteArrayInputStream(bytes));
  }

  private Content blob(Descriptor blob) {
    return (name, target) -> {
      try (InputStream bytes =
          new CheckedBytes(blobs.open(blob), "the store's " + blob.digest(), blob.digest())) {
        target.file(name, blob.sizeBytes(), bytes);
      }
    };
  }

  private Content expanded(Descriptor layer, Digest diffId) {
    return (name, target) -> {
      String origin = "the store's " + layer.digest();
      long sizeBytes = expandedBytes(layer, origin);
      try (InputStream bytes = Expanded.of(blobs.open(layer), origin);
          InputStream checked = new CheckedBytes(bytes, origin, diffId)) {
        target.file(name, sizeBytes, checked);
      }
    };
  }

  /// A tar says how long a member is before the member comes, so a compressed layer is expanded
  /// twice.
  private long expandedBytes(Descriptor layer, String origin) throws IOException {
    try (Expanded bytes = Expanded.of(blobs.open(layer), origin)) {
      if (bytes.compression() == Compression.NONE) {
        return layer.sizeBytes();
      }
      byte[] buffer = new byte[BUFFER_BYTES];
      long sizeBytes = 0;
      int count;
      while ((count = bytes.read(buffer)) >= 0) {
        sizeBytes += count;
      }
      return sizeBytes;
    }
  }

  /// The names that have a tag, in full: this format has no others, and podman takes what is left
  /// out for `localhost`.
  private static List<String> tags(List<Reference> names) {
    List<String> tags = new ArrayList<>();
    for (Reference name : names) {
      if (name.tag().isPresent()) {
        tags.add(name.name() + ":" + name.tag().get());
      }
    }
    return tags;
  }
}

package nsbox.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// Makes OCI image layouts in a folder, sound ones unless a test breaks them.
public final class LayoutFixture {
  public static final Platform AMD64 = new Platform("linux", "amd64", "");
  public static final Platform ARM64 = new Platform("linux", "arm64", "v8");

  public final Path root;
  private final List<JsonObject> entries = new ArrayList<>();

  public LayoutFixture(Path root) throws IOException {
    this.root = root;
    Files.createDirectories(root.resolve("blobs/sha256"));
    write("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
  }

  /// A layout whose only image is called by a tag.
  public static LayoutFixture withImage(Path root, String tag) throws IOException {
    LayoutFixture layout = new LayoutFixture(root);
    return layout.name(tag, layout.image(AMD64, "layer of " + tag));
  }

  public Descriptor blob(String mediaType, byte[] bytes) throws IOException {
    Descriptor blob = new Descriptor(mediaType, Digest.sha256(bytes), bytes.length);
    Files.write(path(blob), bytes);
    return blob;
  }

  public Descriptor layer(String content) throws IOException {
    return blob("application/vnd.oci.image.layer.v1.tar", content.getBytes(UTF_8));
  }

  /// An image of as many layers as there are texts; its diff IDs are the digests of the texts.
  public Descriptor image(Platform platform, String... layers) throws IOException {
    List<String> diffIds = new ArrayList<>();
    List<JsonObject> layerMembers = new ArrayList<>();
    for (String layer : layers) {
      diffIds.add(Digest.sha256(layer.getBytes(UTF_8)).toString());
      layerMembers.add(layer(layer).toJson());
    }
    JsonObject config =
        new JsonObject()
            .put("os", platform.os())
            .put("architecture", platform.architecture())
            .put("config", new JsonObject().put("Cmd", List.of("/bin/sh")))
            .put("rootfs", new JsonObject().put("type", "layers").put("diff_ids", diffIds));
    return manifest(platform, blob(MediaType.OCI_CONFIG, Json.bytes(config)), layerMembers);
  }

  public Descriptor manifest(Platform platform, Descriptor config, List<JsonObject> layers)
      throws IOException {
    JsonObject manifest =
        new JsonObject()
            .put("schemaVersion", 2)
            .put("mediaType", MediaType.OCI_MANIFEST)
            .put("config", config.toJson())
            .put("layers", layers);
    return blob(MediaType.OCI_MANIFEST, Json.bytes(manifest)).withPlatform(platform);
  }

  public Descriptor index(Descriptor... manifests) throws IOException {
    List<JsonObject> members = new ArrayList<>();
    for (Descriptor manifest : manifests) {
      members.add(manifest.toJson());
    }
    return blob(
        MediaType.OCI_INDEX,
        Json.bytes(new JsonObject().put("schemaVersion", 2).put("manifests", members)));
  }

  /// Adds an entry of this name to `index.json`; null adds one without a name.
  public LayoutFixture name(String refName, Descriptor descriptor) throws IOException {
    return entry(
        refName == null ? descriptor : descriptor.withAnnotation(StoreIndex.REF_NAME, refName));
  }

  public LayoutFixture entry(Descriptor descriptor) throws IOException {
    entries.add(descriptor.toJson());
    JsonObject index = new JsonObject().put("schemaVersion", 2).put("manifests", entries);
    write("index.json", Json.text(index));
    return this;
  }

  public void write(String file, String text) throws IOException {
    Files.writeString(root.resolve(file), text);
  }

  public Path path(Descriptor blob) {
    return root.resolve("blobs").resolve("sha256").resolve(blob.digest().hex());
  }

  /// The layout as a tar archive, names beginning with `./` as GNU tar writes them.
  public byte[] tar() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes);
        Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        String name = "./" + root.relativize(file);
        tar.putArchiveEntry(new TarArchiveEntry(file, name));
        if (Files.isRegularFile(file)) {
          Files.copy(file, tar);
        }
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  public static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(bytes);
    }
    return compressed.toByteArray();
  }

  /// Every path below a folder with its type, mode and content, to compare before and after.
  public static List<String> listing(Path root) throws IOException {
    if (!Files.exists(root)) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted().toList()) {
        String content =
            Files.isRegularFile(path) ? Digest.sha256(Files.readAllBytes(path)).shortHex() : "";
        lines.add(
            root.relativize(path) + " " + Files.getPosixFilePermissions(path) + " " + content);
      }
    }
    return lines;
  }
}

package nsbox.hello;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import nsbox.image.Platform;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// Makes the image that comes with nsbox, at build time: one static program, as an OCI image
/// layout.
///
/// The same program gives the same bytes: every time in it is the epoch.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
public final class HelloImage {
  private static final int EXECUTABLE = 0100755;
  private static final String EPOCH = "1970-01-01T00:00:00Z";

  private final Path layout;

  private HelloImage(Path layout) {
    this.layout = layout;
  }

  /// @param arguments the program, and the folder to make the layout in
  public static void main(String[] arguments) throws IOException {
    new HelloImage(Path.of(arguments[1])).write(Files.readAllBytes(Path.of(arguments[0])));
  }

  private void write(byte[] program) throws IOException {
    Files.createDirectories(layout.resolve("blobs/sha256"));
    byte[] tar = tar(program);
    JsonObject layer = blob("application/vnd.oci.image.layer.v1.tar+gzip", gzip(tar));
    JsonObject config =
        blob("application/vnd.oci.image.config.v1+json", Json.bytes(config(digest(tar))));
    JsonObject manifest =
        new JsonObject()
            .put("schemaVersion", 2)
            .put("mediaType", "application/vnd.oci.image.manifest.v1+json")
            .put("config", config)
            .put("layers", List.of(layer));
    JsonObject entry =
        blob("application/vnd.oci.image.manifest.v1+json", Json.bytes(manifest))
            .put(
                "annotations", new JsonObject().put("org.opencontainers.image.ref.name", "latest"));
    JsonObject index =
        new JsonObject()
            .put("schemaVersion", 2)
            .put("mediaType", "application/vnd.oci.image.index.v1+json")
            .put("manifests", List.of(entry));
    Files.write(layout.resolve("index.json"), Json.bytes(index));
    Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
  }

  private static JsonObject config(String diffId) {
    Platform platform = Platform.host();
    return new JsonObject()
        .put("created", EPOCH)
        .put("architecture", platform.architecture())
        .put("os", platform.os())
        .put("config", new JsonObject().put("Cmd", List.of("/hello")).put("WorkingDir", "/"))
        .put("rootfs", new JsonObject().put("type", "layers").put("diff_ids", List.of(diffId)));
  }

  private static byte[] tar(byte[] program) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      TarArchiveEntry entry = new TarArchiveEntry("hello");
      entry.setMode(EXECUTABLE);
      entry.setSize(program.length);
      entry.setModTime(0);
      entry.setIds(0, 0);
      tar.putArchiveEntry(entry);
      tar.write(program);
      tar.closeArchiveEntry();
    }
    return bytes.toByteArray();
  }

  private static byte[] gzip(byte[] tar) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(tar);
    }
    return bytes.toByteArray();
  }

  /* Stores a blob and describes it. */
  private JsonObject blob(String mediaType, byte[] bytes) throws IOException {
    String digest = digest(bytes);
    Files.write(layout.resolve("blobs").resolve(digest.replace(':', '/')), bytes);
    return new JsonObject()
        .put("mediaType", mediaType)
        .put("digest", digest)
        .put("size", (long) bytes.length);
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return "sha256:" + HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

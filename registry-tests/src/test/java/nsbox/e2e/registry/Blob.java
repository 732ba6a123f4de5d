package nsbox.e2e.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import nsbox.e2e.Layout;
import nsbox.e2e.Nsbox;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// Bytes for a registry, with what a descriptor says of them.
///
/// @param diffId digest of the uncompressed tar, for layers; else empty
/// @param urls where a foreign layer is to be had; mostly none
record Blob(String mediaType, byte[] bytes, String diffId, List<String> urls) {
  static final String OCI = "application/vnd.oci.image.";
  static final String DOCKER = "application/vnd.docker.distribution.manifest.";
  static final String FOREIGN = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";

  static Blob of(String mediaType, String text) {
    return new Blob(mediaType, text.getBytes(UTF_8), "", List.of());
  }

  /// A layer of one file that gzip cannot make smaller; the same for the same `seed`.
  static Blob randomLayer(String path, int sizeBytes, long seed) throws IOException {
    byte[] content = new byte[sizeBytes];
    new Random(seed).nextBytes(content);
    return gzip(tar(path, content));
  }

  static Blob layer(String path, String content) throws IOException {
    return gzip(tar(path, content.getBytes(UTF_8)));
  }

  /// A layer that begins with a hard link to a file of another layer, and goes on at some length.
  static Blob linkLayer(String path, String target, int moreBytes, long seed) throws IOException {
    byte[] content = new byte[moreBytes];
    new Random(seed).nextBytes(content);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      TarArchiveEntry link = new TarArchiveEntry(path, TarConstants.LF_LINK);
      link.setLinkName(target);
      link.setModTime(0);
      tar.putArchiveEntry(link);
      tar.closeArchiveEntry();
      TarArchiveEntry more = new TarArchiveEntry(path + ".more");
      more.setModTime(0);
      more.setSize(content.length);
      tar.putArchiveEntry(more);
      tar.write(content);
      tar.closeArchiveEntry();
    }
    return gzip(bytes.toByteArray());
  }

  static Blob zstdLayer(Path scratch, String path, String content) throws Exception {
    byte[] tar = tar(path, content.getBytes(UTF_8));
    Path file = Files.write(scratch.resolve("layer.tar"), tar);
    Path packed = scratch.resolve("layer.tar.zst");
    Outside.run("zstd", "-q", "-f", file.toString(), "-o", packed.toString());
    return new Blob(OCI + "layer.v1.tar+zstd", Files.readAllBytes(packed), digest(tar), List.of());
  }

  /// The layer of the image that comes with nsbox: it has one program, `/hello`.
  static Blob helloLayer() throws IOException {
    Path blobs = Nsbox.HOME.resolve("lib/images/hello/blobs/sha256");
    for (String name : Nsbox.entries(blobs)) {
      byte[] bytes = Files.readAllBytes(blobs.resolve(name));
      if (bytes[0] == 0x1f) {
        byte[] tar =
            new java.util.zip.GZIPInputStream(new java.io.ByteArrayInputStream(bytes))
                .readAllBytes();
        return new Blob(OCI + "layer.v1.tar+gzip", bytes, digest(tar), List.of());
      }
    }
    throw new AssertionError("no gzip layer in " + blobs);
  }

  Blob as(String otherType, String... otherUrls) {
    return new Blob(otherType, bytes, diffId, List.of(otherUrls));
  }

  String digest() {
    return digest(bytes);
  }

  String text() {
    return new String(bytes, UTF_8);
  }

  String descriptor() {
    String more = urls.isEmpty() ? "" : ",\"urls\":[\"" + String.join("\",\"", urls) + "\"]";
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d%s}"
        .formatted(mediaType, digest(), bytes.length, more);
  }

  private static String digest(byte[] bytes) {
    return "sha256:" + Layout.sha256(bytes);
  }

  private static byte[] tar(String path, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.length + 4096);
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      TarArchiveEntry entry = new TarArchiveEntry(path);
      entry.setModTime(0);
      entry.setSize(content.length);
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
    }
    return bytes.toByteArray();
  }

  private static Blob gzip(byte[] tar) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(tar.length);
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(tar);
    }
    return new Blob(OCI + "layer.v1.tar+gzip", bytes.toByteArray(), digest(tar), List.of());
  }
}

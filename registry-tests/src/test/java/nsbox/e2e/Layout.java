package nsbox.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import nsbox.image.Digest;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// Writes OCI image layouts of small layers.
public final class Layout {
  private static final String TYPE = "application/vnd.oci.image.";

  private final Path root;
  private final List<String> layers = new ArrayList<>();
  private final List<String> diffIds = new ArrayList<>();
  private final String algorithm;
  private String config = "";
  private String members = "";

  public Layout(Path root) throws IOException {
    this(root, "sha256");
  }

  /// @param algorithm of all digests and diff IDs, as [Digest] knows it
  public Layout(Path root, String algorithm) throws IOException {
    this.root = root;
    this.algorithm = algorithm;
    Files.createDirectories(root.resolve("blobs").resolve(algorithm));
    Files.writeString(root.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
  }

  /// One entry of a layer.
  public record Entry(String name, byte type, String content) {}

  public static Entry folder(String name) {
    return new Entry(name + "/", TarConstants.LF_DIR, "");
  }

  public static Entry file(String name, String content) {
    return new Entry(name, TarConstants.LF_NORMAL, content);
  }

  public static Entry link(String name, String target) {
    return new Entry(name, TarConstants.LF_SYMLINK, target);
  }

  public static Entry fifo(String name) {
    return new Entry(name, TarConstants.LF_FIFO, "");
  }

  public Layout layer(Entry... entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (Entry entry : entries) {
        TarArchiveEntry header = new TarArchiveEntry(entry.name(), entry.type());
        byte[] content = entry.content().getBytes(UTF_8);
        if (entry.type() == TarConstants.LF_SYMLINK) {
          header.setLinkName(entry.content());
          content = new byte[0];
        }
        header.setSize(content.length);
        header.setMode(0755);
        /* The same entries are the same layer, whenever they are written. */
        header.setModTime(0L);
        tar.putArchiveEntry(header);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return layer(bytes.toByteArray(), bytes.toByteArray());
  }

  /// A layer whose tar, and what it is stored as, are whatever the test wants.
  public Layout layer(byte[] tar, byte[] blob) throws IOException {
    return layer(TYPE + "layer.v1.tar", blob, digest(tar));
  }

  /// The only layer of another layout's image, as it is.
  public Layout layer(Path layout, String digest, String diffId) throws IOException {
    byte[] bytes = Files.readAllBytes(layout.resolve("blobs/sha256").resolve(digest));
    return layer(TYPE + "layer.v1.tar+gzip", bytes, "sha256:" + diffId);
  }

  private Layout layer(String type, byte[] bytes, String diffId) throws IOException {
    layers.add(blob(type, bytes));
    diffIds.add("\"" + diffId + "\"");
    return this;
  }

  /// Members of the configuration's `config`, such as `"WorkingDir":"/x"`.
  public Layout config(String members) {
    config = members;
    return this;
  }

  /// Members of the image beside its configuration, such as `"created":"2024-01-01T00:00:00Z"`.
  Layout image(String members) {
    this.members = members + ",";
    return this;
  }

  /// Completes the layout, as an image of this name.
  public Path write(String name) throws IOException {
    String image =
        "{%s\"os\":\"linux\",\"architecture\":\"%s\",\"config\":{%s},"
                .formatted(members, architecture(), config)
            + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":%s}}".formatted(diffIds);
    String manifest =
        "{\"schemaVersion\":2,\"mediaType\":\"%smanifest.v1+json\",\"config\":%s,\"layers\":%s}"
            .formatted(
                TYPE,
                blob(TYPE + "config.v1+json", image.getBytes(UTF_8)),
                layers.stream().collect(Collectors.joining(",", "[", "]")));
    String entry = blob(TYPE + "manifest.v1+json", manifest.getBytes(UTF_8));
    String named =
        entry.substring(0, entry.length() - 1)
            + ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"%s\"}}".formatted(name);
    Files.writeString(
        root.resolve("index.json"), "{\"schemaVersion\":2,\"manifests\":[" + named + "]}");
    return root;
  }

  private static String architecture() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }

  private String blob(String type, byte[] bytes) throws IOException {
    String digest = digest(bytes);
    Files.write(root.resolve("blobs").resolve(digest.replace(':', '/')), bytes);
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(type, digest, bytes.length);
  }

  private String digest(byte[] bytes) {
    Digest any =
        new Digest(algorithm, algorithm.equals("sha512") ? "0".repeat(128) : "0".repeat(64));
    return any.ofSameAlgorithm(bytes).toString();
  }

  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}

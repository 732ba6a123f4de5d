package nsbox.snapshot;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/// Layers applied on top of each other, as one after the other of an image.
final class Stack {
  static final String TAR = "application/vnd.oci.image.layer.v1.tar";

  private final Snapshots snapshots;
  private final List<String> chain = new ArrayList<>();

  Stack(Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  Stack add(TarFixture.Entry... entries) throws IOException {
    return add(TarFixture.layer(entries));
  }

  Stack add(byte[] tar) throws IOException {
    return add(tar, tar);
  }

  Stack add(byte[] tar, byte[] blob) throws IOException {
    String diffId = digest(tar);
    String parent = chain.isEmpty() ? null : chain.getLast();
    String chainId = Snapshots.chainId(parent, diffId);
    snapshots.apply(chainId, List.copyOf(chain), layer(diffId, blob));
    chain.add(chainId);
    return this;
  }

  static Layer layer(String diffId, byte[] blob) {
    return new Layer(TAR, digest(blob), diffId, blob.length, () -> new ByteArrayInputStream(blob));
  }

  List<String> chain() {
    return chain;
  }

  /// The topmost layer alone.
  Map<String, String> top() throws IOException {
    return TreeDump.of(snapshots.directory(chain.getLast()));
  }

  /// What the layers show together.
  Map<String, String> merged(Path empty) throws IOException {
    snapshots.materialize(chain, empty);
    return TreeDump.of(empty);
  }

  static String digest(byte[] bytes) {
    try {
      return "sha256:"
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(blob)) {
      gzip.write(bytes);
    }
    return blob.toByteArray();
  }
}

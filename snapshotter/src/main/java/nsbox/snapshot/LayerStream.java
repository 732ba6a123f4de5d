package nsbox.snapshot;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The uncompressed tar of a layer, measured and digested on its way.
final class LayerStream extends InputStream {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final long ALWAYS_ALLOWED_BYTES = 1L << 30;
  private static final int ALLOWED_RATIO = 100;

  private final Layer layer;
  private final InputStream tar;
  private final MessageDigest digest;
  private final long limitBytes;
  private long countBytes;

  LayerStream(Layer layer) throws IOException {
    this.layer = layer;
    this.limitBytes = Math.max(ALWAYS_ALLOWED_BYTES, ALLOWED_RATIO * layer.sizeBytes());
    this.digest = messageDigest(layer.diffId());
    checkMediaType(layer);
    InputStream blob = layer.blob().open();
    try {
      this.tar = decompress(new BufferedInputStream(blob, BUFFER_BYTES), layer.digest());
    } catch (IOException | RuntimeException e) {
      blob.close();
      throw e;
    }
  }

  /// A type such as "…tar+gzip+encrypted" or an artifact's own is not to be guessed at.
  private static void checkMediaType(Layer layer) throws LayerException {
    switch (layer.mediaType()) {
      case "application/vnd.oci.image.layer.v1.tar",
          "application/vnd.oci.image.layer.v1.tar+gzip",
          "application/vnd.oci.image.layer.v1.tar+zstd",
          "application/vnd.oci.image.layer.nondistributable.v1.tar",
          "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
          "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
          "application/vnd.docker.image.rootfs.diff.tar",
          "application/vnd.docker.image.rootfs.diff.tar.gzip",
          "application/vnd.docker.image.rootfs.diff.tar.zstd",
          "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip" -> {}
      default -> throw new LayerException.Unsupported(layer.digest(), layer.mediaType());
    }
  }

  private static InputStream decompress(InputStream blob, String layerDigest) throws IOException {
    blob.mark(4);
    byte[] magic = blob.readNBytes(4);
    blob.reset();
    if (startsWith(magic, 0x1f, 0x8b)) {
      return new GzipStream(blob, layerDigest);
    }
    if (startsWith(magic, 0x28, 0xb5, 0x2f, 0xfd)) {
      return new ZstdInputStreamNoFinalizer(blob);
    }
    return blob;
  }

  private static boolean startsWith(byte[] bytes, int... magic) {
    for (int i = 0; i < magic.length; i++) {
      if (bytes.length <= i || Byte.toUnsignedInt(bytes[i]) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  private static MessageDigest messageDigest(String diffId) {
    String algorithm = diffId.substring(0, diffId.indexOf(':') + 1);
    try {
      return switch (algorithm) {
        case "sha256:" -> MessageDigest.getInstance("SHA-256");
        case "sha512:" -> MessageDigest.getInstance("SHA-512");
        default -> throw new IllegalArgumentException("diff ID " + diffId);
      };
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count;
    try {
      count = tar.read(into, offset, length);
    } catch (ZstdIOException e) {
      throw new LayerException.Damaged(layer.digest(), "zstd is broken: " + e.getMessage());
    }
    if (count > 0) {
      digest.update(into, offset, count);
      claim(count);
    }
    return count;
  }

  /// Counts bytes that the layer takes up although they do not stand in the tar, such as holes.
  void claim(long bytes) throws LayerException {
    countBytes += bytes;
    if (countBytes > limitBytes || countBytes < 0) {
      throw new LayerException.TooLarge(layer.digest(), "bytes unpacked", limitBytes);
    }
  }

  /// Reads what follows the archive's end, which counts for the diff ID too, and compares.
  void verify() throws IOException {
    byte[] rest = new byte[BUFFER_BYTES];
    while (read(rest, 0, rest.length) >= 0) {
      // Digested and counted in read.
    }
    String algorithm = layer.diffId().substring(0, layer.diffId().indexOf(':') + 1);
    String actual = algorithm + HexFormat.of().formatHex(digest.digest());
    if (!actual.equals(layer.diffId())) {
      throw new LayerException.WrongDiffId(layer.digest(), layer.diffId(), actual);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public void close() throws IOException {
    tar.close();
  }
}

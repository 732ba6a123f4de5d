package nsbox.snapshot;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import nsbox.linux.Inflate;

/// The uncompressed tar of a layer, measured and digested on its way.
final class LayerStream implements ByteStream, AutoCloseable {
  private static final int REST_BYTES = 64 * 1024;

  private final Layer layer;
  private final BlobStream blob;
  private final ByteStream tar;
  private final MessageDigest digest;
  private final LayerBudget budget;
  private Closeable decompressor = () -> {};

  /// @param budget what the bytes of the archive count against
  LayerStream(Layer layer, LayerBudget budget) throws IOException {
    this.layer = layer;
    this.budget = budget;
    this.digest = layer.tarDigest().get();
    checkMediaType(layer);
    this.blob = new BlobStream(layer);
    try {
      this.tar = decompress();
    } catch (IOException | RuntimeException e) {
      close();
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

  private ByteStream decompress() throws IOException {
    if (blob.beginsWith(0x1f, 0x8b)) {
      GzipStream gzip = new GzipStream(blob, Inflate.create(), layer.digest());
      decompressor = gzip;
      gzip.readHeader();
      return gzip;
    }
    if (blob.beginsWith(0x28, 0xb5, 0x2f, 0xfd)) {
      ZstdInputStreamNoFinalizer zstd = new ZstdInputStreamNoFinalizer(blob.asInputStream());
      decompressor = zstd;
      return ByteStream.of(zstd);
    }
    return blob;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("layer " + layer.digest() + ": given up");
    }
    int before = into.position();
    int count;
    try {
      count = tar.read(into);
    } catch (ZstdIOException e) {
      throw new LayerException.Damaged(layer.digest(), "zstd is broken: " + e.getMessage());
    }
    if (count > 0) {
      digest.update(into.duplicate().flip().position(before));
      budget.addBytes(count);
    }
    return count;
  }

  /// Reads what follows the archive's end, which counts for the digests too, and compares.
  void verify() throws IOException {
    ByteBuffer rest = ByteBuffer.allocateDirect(REST_BYTES);
    while (read(rest) >= 0) {
      // Digested and counted in read.
      rest.clear();
    }
    blob.verify();
    String algorithm = layer.diffId().substring(0, layer.diffId().indexOf(':') + 1);
    String actual = algorithm + HexFormat.of().formatHex(digest.digest());
    if (!actual.equals(layer.diffId())) {
      throw new LayerException.WrongDiffId(layer.digest(), layer.diffId(), actual);
    }
  }

  @Override
  public void close() throws IOException {
    try (blob) {
      decompressor.close();
    }
  }
}

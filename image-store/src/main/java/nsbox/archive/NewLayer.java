package nsbox.archive;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.zip.GZIPOutputStream;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.LimitExceededException;
import nsbox.image.StoreFiles;

/// A layer of our own making, compressed with gzip.
///
/// @param descriptor of the compressed bytes
/// @param diffId of the tar
/// @param file where the compressed bytes lie
public record NewLayer(Descriptor descriptor, Digest diffId, Path file) {
  private static final Digest SHA256 = Digest.sha256(new byte[0]);
  private static final int BUFFER_BYTES = 64 << 10;

  /// Whoever has the tar.
  @FunctionalInterface
  public interface Tar {
    /// @param out not to be closed
    void writeTo(OutputStream out) throws IOException;
  }

  /// Writes a layer in one pass: hashed, compressed and hashed again on the way.
  ///
  /// The same tar gives the same bytes.
  ///
  /// @param file to be made; what is in it after a failure is the caller's to remove
  /// @param label whose bytes they are, for the failure
  /// @throws LimitExceededException if the disk would be full
  public static NewLayer write(Tar tar, Path file, String label) throws IOException {
    MessageDigest layerHasher = SHA256.hasher();
    MessageDigest diffHasher = SHA256.hasher();
    long sizeBytes;
    try (FileChannel channel = StoreFiles.create(file)) {
      OutputStream bounded =
          new Bounded(Channels.newOutputStream(channel), FreeSpace.of(file.getParent(), label));
      GZIPOutputStream gzip =
          new GZIPOutputStream(new DigestOutputStream(bounded, layerHasher), BUFFER_BYTES);
      tar.writeTo(new DigestOutputStream(gzip, diffHasher));
      gzip.finish();
      sizeBytes = channel.size();
    }
    Descriptor descriptor =
        new Descriptor(Compression.GZIP.layerMediaType(), SHA256.finished(layerHasher), sizeBytes);
    return new NewLayer(descriptor, SHA256.finished(diffHasher), file);
  }

  /// Stops before the disk is full.
  private static final class Bounded extends FilterOutputStream {
    private final FreeSpace space;

    Bounded(OutputStream out, FreeSpace space) {
      super(out);
      this.space = space;
    }

    @Override
    public void write(int b) throws IOException {
      space.take(1);
      out.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      space.take(length);
      out.write(bytes, offset, length);
    }
  }
}

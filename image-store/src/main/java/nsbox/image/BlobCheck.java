package nsbox.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Optional;

/// Reads bytes and holds them against the descriptor that announced them.
public final class BlobCheck {
  private static final int BUFFER_BYTES = 128 << 10;

  private BlobCheck() {}

  /// Copies `bytes` to `sink`, at most as many as announced.
  ///
  /// @param origin where the bytes come from, for the failure
  /// @throws BlobMismatchException if length or digest differ; `sink` has bytes by then
  public static void copy(Descriptor expected, InputStream bytes, OutputStream sink, String origin)
      throws IOException {
    MessageDigest hasher = expected.digest().hasher();
    byte[] buffer = new byte[Math.clamp(expected.sizeBytes(), 1, BUFFER_BYTES)];
    long length = 0;
    int count;
    while ((count = bytes.read(buffer)) >= 0) {
      length += count;
      if (length > expected.sizeBytes()) {
        throw new BlobMismatchException(origin, expected, length, Optional.empty());
      }
      hasher.update(buffer, 0, count);
      sink.write(buffer, 0, count);
    }
    Digest actual = expected.digest().finished(hasher);
    if (length != expected.sizeBytes() || !actual.equals(expected.digest())) {
      throw new BlobMismatchException(origin, expected, length, Optional.of(actual));
    }
  }

  /// Checks a document that is in memory.
  public static void check(Descriptor expected, byte[] bytes, String origin)
      throws BlobMismatchException {
    Digest actual = expected.digest().ofSameAlgorithm(bytes);
    if (bytes.length != expected.sizeBytes() || !actual.equals(expected.digest())) {
      throw new BlobMismatchException(origin, expected, bytes.length, Optional.of(actual));
    }
  }

  /// @throws LimitExceededException if a document is announced as too long to read
  public static void checkDocumentSize(Descriptor expected) throws LimitExceededException {
    if (expected.sizeBytes() > Manifest.MAX_BYTES) {
      throw new LimitExceededException(
          "bytes of document " + expected.digest(), Manifest.MAX_BYTES, expected.sizeBytes());
    }
  }
}

package nsbox.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import nsbox.image.BrokenLayoutException;
import nsbox.image.Digest;

/// Bytes whose digest is compared at their end: what is not right ends in a failure, not in a saved
/// file.
final class CheckedBytes extends FilterInputStream {
  private final String origin;
  private final Digest expected;
  private final MessageDigest hasher;

  /// @param origin where the bytes come from, for the failure
  CheckedBytes(InputStream in, String origin, Digest expected) {
    super(in);
    this.origin = origin;
    this.expected = expected;
    this.hasher = expected.hasher();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = in.read(into, offset, length);
    if (count >= 0) {
      hasher.update(into, offset, count);
      return count;
    }
    Digest actual = expected.finished(hasher);
    if (!actual.equals(expected)) {
      throw new BrokenLayoutException(origin, "", expected.toString(), actual.toString());
    }
    return count;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}

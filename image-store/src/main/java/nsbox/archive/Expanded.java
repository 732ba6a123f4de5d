package nsbox.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import nsbox.image.LimitExceededException;

/// Bytes out of their compression, which may not grow without end: a few kilobytes can expand to
/// terabytes.
///
/// At most 1 GiB, or 100 times what was read where that is more.
final class Expanded extends FilterInputStream {
  static final long ALWAYS_ALLOWED_BYTES = 1L << 30;
  static final int ALLOWED_RATIO = 100;

  private final Counted compressed;
  private final Compression compression;
  private final String what;
  private long countBytes;

  private Expanded(InputStream expanded, Counted compressed, Compression compression, String what) {
    super(expanded);
    this.compressed = compressed;
    this.compression = compression;
    this.what = what;
  }

  /// @param what the bytes belong to, for the failure
  static Expanded of(InputStream bytes, String what) throws IOException {
    Counted counted = new Counted(bytes);
    InputStream buffered = Compression.buffered(counted);
    Compression compression = Compression.of(buffered);
    return new Expanded(compression.expand(buffered), counted, compression, what);
  }

  Compression compression() {
    return compression;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = in.read(into, offset, length);
    if (count > 0) {
      countBytes += count;
      check();
    }
    return count;
  }

  /// Reads what it skips: what is skipped counts.
  @Override
  public long skip(long bytes) throws IOException {
    if (compression == Compression.NONE) {
      return in.skip(bytes);
    }
    byte[] rest = new byte[Math.clamp(bytes, 0, 64 << 10)];
    long skipped = 0;
    while (skipped < bytes) {
      int count = read(rest, 0, (int) Math.min(rest.length, bytes - skipped));
      if (count < 0) {
        break;
      }
      skipped += count;
    }
    return skipped;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  private void check() throws LimitExceededException {
    if (compression == Compression.NONE || countBytes <= ALWAYS_ALLOWED_BYTES) {
      return;
    }
    long limit = Math.max(ALWAYS_ALLOWED_BYTES, ALLOWED_RATIO * compressed.countBytes);
    if (countBytes > limit) {
      throw new LimitExceededException("expanded bytes of " + what, limit, countBytes);
    }
  }

  /// Counts what is read.
  private static final class Counted extends FilterInputStream {
    private long countBytes;

    private Counted(InputStream in) {
      super(in);
    }

    /// The JDK looks for a further gzip stream only where something is announced.
    @Override
    public int available() throws IOException {
      return Math.max(1, in.available());
    }

    @Override
    public int read() throws IOException {
      int one = in.read();
      countBytes += one < 0 ? 0 : 1;
      return one;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = in.read(into, offset, length);
      countBytes += Math.max(count, 0);
      return count;
    }

    @Override
    public long skip(long bytes) throws IOException {
      long count = in.skip(bytes);
      countBytes += count;
      return count;
    }
  }
}

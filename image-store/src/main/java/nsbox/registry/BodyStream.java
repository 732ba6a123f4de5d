package nsbox.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;

/// The bytes of an answer: an early end is an error, and so is a trickle.
///
/// Only time spent waiting for the server counts: a slow reader is no stall.
final class BodyStream extends InputStream {
  private static final int SMALL_BYTES = 16 << 10;

  private final HttpURLConnection connection;
  private final InputStream bytes;
  private final Target target;
  private final URI uri;
  private final long announced;
  private final Limits limits;
  private long came;
  private long windowNanos;
  private long windowBytes;
  private boolean ended;

  /// @param announced how many bytes must come; -1 where that is not known
  BodyStream(
      HttpURLConnection connection,
      InputStream bytes,
      Target target,
      URI uri,
      long announced,
      Limits limits) {
    this.connection = connection;
    this.bytes = bytes;
    this.target = target;
    this.uri = uri;
    this.announced = announced;
    this.limits = limits;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (ended || length == 0) {
      return ended ? -1 : 0;
    }
    long start = System.nanoTime();
    int count;
    try {
      count = bytes.read(buffer, offset, length);
    } catch (SocketTimeoutException e) {
      throw new StalledException(target, uri, windowBytes, limits.idleTimeout());
    } catch (IOException e) {
      throw announced < 0
          ? UnreachableException.of(target, uri, e)
          : UnreachableException.shortBody(target, uri, came, announced, e);
    }
    if (count < 0) {
      ended = true;
      if (announced > came) {
        throw UnreachableException.shortBody(target, uri, came, announced, null);
      }
      return -1;
    }
    came += count;
    checkRate(System.nanoTime() - start, count);
    return count;
  }

  private void checkRate(long nanos, int count) throws StalledException {
    windowNanos += nanos;
    windowBytes += count;
    Duration window = limits.idleTimeout();
    if (windowNanos < window.toNanos()) {
      return;
    }
    if (windowBytes < limits.leastBytesPerSecond() * window.toMillis() / 1000) {
      throw new StalledException(target, uri, windowBytes, Duration.ofNanos(windowNanos));
    }
    windowNanos = 0;
    windowBytes = 0;
  }

  /// Reads what is left of a short body that nobody wants, so that the connection can be kept.
  void skipSmall() throws IOException {
    if (announced >= 0 && announced <= SMALL_BYTES) {
      transferTo(OutputStream.nullOutputStream());
    }
  }

  /// Keeps the connection where all has come, and gives it up otherwise.
  @Override
  public void close() throws IOException {
    if (ended || came == announced) {
      bytes.close();
    } else {
      connection.disconnect();
    }
  }
}

package nsbox.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicLong;

/// The way of a request's body onto the connection.
final class Upload {
  private static final int BUFFER_BYTES = 64 << 10;

  private Upload() {}

  /// Writes exactly the announced number of bytes.
  ///
  /// @param giveUp called from another thread if the server takes less than the least rate: a
  ///   blocked write knows no timeout
  /// @throws LocalContentException if the bytes could not be read, or are not as many as announced
  static void send(
      Target target, Call.Body body, HttpURLConnection connection, Limits limits, Runnable giveUp)
      throws IOException {
    AtomicLong sent = new AtomicLong();
    ScheduledFuture<?> watch = watch(sent, limits, giveUp);
    try (InputStream content = opened(body)) {
      OutputStream out = connection.getOutputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      long left = body.sizeBytes();
      while (left > 0) {
        int count = read(content, buffer, (int) Math.min(left, buffer.length));
        if (count < 0) {
          throw new LocalContentException(
              new IOException(
                  target.object()
                      + ": "
                      + left
                      + " of "
                      + body.sizeBytes()
                      + " bytes are missing"));
        }
        out.write(buffer, 0, count);
        left -= count;
        sent.addAndGet(count);
      }
      if (read(content, buffer, 1) >= 0) {
        throw new LocalContentException(
            new IOException(target.object() + ": has more than " + body.sizeBytes() + " bytes"));
      }
      out.close();
    } finally {
      watch.cancel(false);
    }
  }

  private static ScheduledFuture<?> watch(AtomicLong sent, Limits limits, Runnable giveUp) {
    long least = limits.leastBytesPerSecond() * limits.idleTimeout().toMillis() / 1000;
    AtomicLong before = new AtomicLong();
    return Watchdog.every(
        limits.idleTimeout(),
        () -> {
          long now = sent.get();
          if (now - before.getAndSet(now) < least) {
            giveUp.run();
          }
        });
  }

  private static InputStream opened(Call.Body body) throws LocalContentException {
    try {
      return body.content().open();
    } catch (IOException e) {
      throw new LocalContentException(e);
    }
  }

  private static int read(InputStream content, byte[] buffer, int length)
      throws LocalContentException {
    try {
      return content.read(buffer, 0, length);
    } catch (IOException e) {
      throw new LocalContentException(e);
    }
  }
}

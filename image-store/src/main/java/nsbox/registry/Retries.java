package nsbox.registry;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/// Tries again what may pass: later each time, not before the server allows, and not forever.
final class Retries {
  private static final int MAX_DOUBLINGS = 5;

  private final Limits limits;
  private final Consumer<String> notices;

  /// @param notices hears each retry as one sentence
  Retries(Limits limits, Consumer<String> notices) {
    this.limits = limits;
    this.notices = notices;
  }

  interface Attempt<T> {
    T run() throws IOException;
  }

  <T> T run(Attempt<T> attempt) throws IOException {
    for (int done = 0; ; done++) {
      try {
        return attempt.run();
      } catch (RegistryException e) {
        Duration wanted = e.retryAfter().orElse(Duration.ZERO);
        if (!e.mayPass()
            || done == limits.retries()
            || wanted.compareTo(limits.longestWait()) > 0) {
          throw e;
        }
        Duration wait = backOff(done);
        wait = wanted.compareTo(wait) > 0 ? wanted : wait;
        notices.accept(
            e.getMessage()
                + "; trying again in "
                + RetryAfter.words(wait)
                + " ("
                + (done + 1)
                + " of "
                + limits.retries()
                + ")");
        sleep(wait);
      }
    }
  }

  /// Doubles each time; somewhere in its upper half, so that many clients do not come back at once.
  private Duration backOff(int done) {
    long millis = limits.firstWait().toMillis() << Math.min(done, MAX_DOUBLINGS);
    return Duration.ofMillis(millis - ThreadLocalRandom.current().nextLong(millis / 2 + 1));
  }

  private static void sleep(Duration wait) throws InterruptedIOException {
    try {
      Thread.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting to try again");
    }
  }
}

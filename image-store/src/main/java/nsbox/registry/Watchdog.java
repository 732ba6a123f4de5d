package nsbox.registry;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Ends what sockets have no timeout for: headers that come byte by byte, and uploads that nobody
/// takes.
final class Watchdog {
  private static final ScheduledThreadPoolExecutor CLOCK = clock();

  private Watchdog() {}

  private static ScheduledThreadPoolExecutor clock() {
    ScheduledThreadPoolExecutor clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("nsbox-watchdog").factory());
    clock.setRemoveOnCancelPolicy(true);
    return clock;
  }

  /// @return to be cancelled in time
  static ScheduledFuture<?> after(Duration time, Runnable action) {
    return CLOCK.schedule(action, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// @return to be cancelled in the end
  static ScheduledFuture<?> every(Duration time, Runnable action) {
    return CLOCK.scheduleAtFixedRate(
        action, time.toMillis(), time.toMillis(), TimeUnit.MILLISECONDS);
  }
}

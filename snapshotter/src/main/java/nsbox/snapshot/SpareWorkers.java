package nsbox.snapshot;

import java.util.concurrent.SynchronousQueue;

/// Workers of one unpack that have no layer left, and do small things for those that have.
final class SpareWorkers {
  private final SynchronousQueue<Runnable> handOver = new SynchronousQueue<>();

  /// Gives work to one that waits for some, if there is one: nothing is queued.
  ///
  /// @param work must not throw
  boolean take(Runnable work) {
    return handOver.offer(work);
  }

  /// Works until the thread is interrupted.
  void serve() {
    try {
      while (true) {
        handOver.take().run();
      }
    } catch (InterruptedException e) {
      // All is done, or given up.
    }
  }
}

package nsbox.transfer;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import nsbox.image.Descriptor;

/// Does the same with many blobs, several at once. The first failure stops the rest.
final class EachBlob {
  private final Deque<Descriptor> blobs;
  private final int threads;
  private IOException failure;

  EachBlob(List<Descriptor> blobs, int threads) {
    this.blobs = new ArrayDeque<>(blobs);
    this.threads = Math.clamp(blobs.size(), 1, threads);
  }

  @FunctionalInterface
  interface Work {
    void on(Descriptor blob) throws IOException;
  }

  void run(Work work) throws IOException {
    List<Thread> others = new ArrayList<>();
    for (int i = 1; i < threads; i++) {
      Thread thread = new Thread(() -> loop(work), "blob-" + i);
      thread.setDaemon(true);
      thread.start();
      others.add(thread);
    }
    loop(work);
    for (Thread thread : others) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void loop(Work work) {
    for (Descriptor blob; (blob = next()) != null; ) {
      try {
        work.on(blob);
      } catch (IOException e) {
        fail(e);
      } catch (RuntimeException e) {
        fail(new IOException("internal error: " + e, e));
      }
    }
  }

  private synchronized Descriptor next() {
    return failure == null ? blobs.poll() : null;
  }

  private synchronized void fail(IOException reason) {
    failure = failure == null ? reason : failure;
  }
}

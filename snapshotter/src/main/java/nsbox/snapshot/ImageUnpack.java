package nsbox.snapshot;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import nsbox.linux.Fd;
import nsbox.linux.Linux;

/// Unpacks the layers of one image that are missing, several at once.
///
/// Workers unpack them in any order, the largest first, for it decides when all are done. The
/// caller's thread settles each on those below as soon as they are there, from the bottom up. When
/// all are settled, one sync makes all of them durable, and then they become visible, again from
/// the bottom up.
final class ImageUnpack implements Closeable {
  /// One layer that is missing.
  ///
  /// @param index among all layers, the lowest first
  record Missing(int index, String finalName, Layer layer) {}

  private final Path root;
  private final LayerLimits limits;
  private final Fd rootFd;
  private final OverlayForm form;
  private final List<Missing> missing;
  private final Path[] snapshots;
  private final Queue<Missing> queue = new ArrayDeque<>();
  private final List<Thread> threads = new ArrayList<>();

  /// These are guarded by this object's lock.
  private final List<PendingSnapshot> all = new ArrayList<>();

  private final Map<Integer, PendingSnapshot> unpacked = new HashMap<>();
  private Throwable failure;

  /// @param snapshots of all layers, where they are or will be, the lowest first
  /// @param missing the lowest first
  ImageUnpack(Path root, LayerLimits limits, List<Path> snapshots, List<Missing> missing)
      throws IOException {
    this.root = root;
    this.limits = limits;
    this.snapshots = snapshots.toArray(Path[]::new);
    this.missing = missing;
    this.rootFd = WorkDirectory.openRoot(root);
    try {
      this.form = OverlayForm.decide(root, rootFd);
    } catch (IOException e) {
      rootFd.close();
      throw e;
    }
    Comparator<Missing> bySize = Comparator.comparingLong(one -> one.layer().sizeBytes());
    missing.stream().sorted(bySize.reversed()).forEach(queue::add);
  }

  void run(int workers) throws IOException {
    if (missing.size() == 1) {
      PendingSnapshot only = create(missing.getFirst());
      settle(missing.getFirst(), only);
    } else {
      start(Math.min(workers, missing.size()));
      for (Missing next : missing) {
        settle(next, await(next));
      }
    }
    publish();
  }

  private void start(int workers) {
    for (int i = 0; i < workers; i++) {
      threads.add(Thread.ofPlatform().daemon().name("unpack-" + i).start(this::work));
    }
  }

  private void work() {
    try {
      for (Missing next; (next = next()) != null; ) {
        PendingSnapshot pending = create(next);
        if (next == missing.getFirst()) {
          pending.unpackOn(below(next));
        } else {
          pending.unpackAlone();
        }
        done(next, pending);
      }
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
    }
  }

  private synchronized Missing next() {
    return failure == null ? queue.poll() : null;
  }

  private PendingSnapshot create(Missing next) throws IOException {
    PendingSnapshot pending = PendingSnapshot.create(next.layer(), limits, root, rootFd, form);
    synchronized (this) {
      all.add(pending);
    }
    return pending;
  }

  private synchronized void done(Missing layer, PendingSnapshot pending) {
    unpacked.put(layer.index(), pending);
    notifyAll();
  }

  private synchronized void fail(Throwable reason) {
    if (failure == null) {
      failure = reason;
    }
    notifyAll();
  }

  private synchronized PendingSnapshot await(Missing layer) throws IOException {
    while (failure == null && !unpacked.containsKey(layer.index())) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while layers are unpacked");
      }
    }
    if (failure == null) {
      return unpacked.get(layer.index());
    }
    // Thrown here a second time: what the worker was doing is part of the trace.
    switch (failure) {
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }

  private void settle(Missing layer, PendingSnapshot pending) throws IOException {
    pending.settle(below(layer));
    snapshots[layer.index()] = pending.path();
  }

  /// The layers below, the topmost first.
  private List<Path> below(Missing layer) {
    List<Path> below = new ArrayList<>();
    for (int i = layer.index() - 1; i >= 0; i--) {
      below.add(snapshots[i]);
    }
    return below;
  }

  private void publish() throws IOException {
    all.getFirst().sync();
    for (Missing layer : missing) {
      byte[] name = layer.finalName().getBytes(StandardCharsets.US_ASCII);
      (missing.size() == 1 ? all.getFirst() : unpacked.get(layer.index())).publish(name);
    }
    Linux.fsync(rootFd);
  }

  /// Stops what still runs and removes what was not published.
  @Override
  public void close() throws IOException {
    fail(new InterruptedIOException("another layer failed"));
    threads.forEach(Thread::interrupt);
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    try (rootFd) {
      removeAll();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void removeAll() throws IOException {
    IOException first = null;
    for (PendingSnapshot pending : all) {
      try {
        pending.close();
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }
}

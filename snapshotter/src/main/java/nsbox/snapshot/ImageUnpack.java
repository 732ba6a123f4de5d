package nsbox.snapshot;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import nsbox.linux.Fd;
import nsbox.linux.Linux;

/// Unpacks the layers of one image that are missing, several at once.
///
/// Workers unpack them in any order, the largest first, for it decides when all are done. The
/// caller's thread settles each on those below as soon as they are there, from the bottom up. When
/// all are settled, one sync makes all of them durable, and then they become visible, again from
/// the bottom up.
///
/// A layer that somebody else is unpacking is left to them, and the caller's thread waits for it.
/// These waits cannot form a circle:
///
/// - Before it waits for a layer, it publishes all that it has settled. So it withholds only layers
///   above the one it waits for.
/// - A chain ID determines all layers below it. So whoever withholds the layer that another waits
///   for, and waits itself, waits for one that is lower in the same image. Along a chain of such
///   waits the layers sink, so the chain ends: at somebody who waits for no snapshot.
/// - The workers, on which that one may depend, never wait for a snapshot, only for the bytes of
///   their layers. These must come without any snapshot: [Layer.Source#leaveToOthers] says what
///   that takes, and all processes read in the same order, that of [UnpackQueue].
final class ImageUnpack implements Closeable {
  /// One layer that is missing.
  ///
  /// @param index among all layers, the lowest first
  /// @param finalName of the snapshot in the directory of all
  record Missing(int index, byte[] finalName, Layer layer) {}

  private final Fd rootFd;
  private final Workplace workplace;
  private final List<Path> finalPaths;
  private final List<Missing> missing;
  private final UnpackQueue queue;
  private final List<Thread> workers = new ArrayList<>();

  /// Guarded by this object's lock, as long as workers run.
  private final List<Thread> leaving = new ArrayList<>();

  private final List<PendingSnapshot> all = new ArrayList<>();

  /// Those that are not visible yet, by their index.
  private final SortedMap<Integer, PendingSnapshot> settled = new TreeMap<>();

  /// @param snapshots of all layers, where they are or will be, the lowest first
  /// @param missing the lowest first
  ImageUnpack(Path root, LayerLimits limits, List<Path> snapshots, List<Missing> missing)
      throws IOException {
    this.finalPaths = snapshots;
    this.missing = missing;
    this.queue = new UnpackQueue(missing);
    this.rootFd = WorkDirectory.openRoot(root);
    try {
      OverlayForm form = OverlayForm.decide(root, rootFd);
      this.workplace = new Workplace(root, limits, form, new SpareWorkers());
    } catch (IOException e) {
      rootFd.close();
      throw e;
    }
  }

  void run(int workerCount) throws IOException {
    for (int i = 0; i < workerCount; i++) {
      workers.add(start("unpack-" + i, this::work));
    }
    for (Missing next : missing) {
      if (!queue.awaitDoneOrLeft(next)) {
        publishSettled();
      }
      PendingSnapshot pending = queue.await(next);
      if (pending != null) {
        pending.settle(below(next));
        settled.put(next.index(), pending);
      }
    }
    publishSettled();
    // Also for what others have published and not synced yet.
    Linux.fsync(rootFd);
    awaitLeaving();
  }

  private static Thread start(String name, Runnable work) {
    return Thread.ofPlatform().daemon().name(name).start(work);
  }

  private void work() {
    try {
      for (Missing next; (next = queue.next()) != null; ) {
        attempt(next);
      }
      workplace.spare().serve();
    } catch (InterruptedException e) {
      queue.fail(new InterruptedIOException("interrupted while layers are unpacked"));
    } catch (IOException | RuntimeException | Error e) {
      queue.fail(e);
    }
  }

  private void attempt(Missing next) throws IOException {
    if (isThere(next)) {
      queue.done(next, null);
      return;
    }
    WorkDirectory work = WorkDirectory.tryTake(rootFd, next.finalName());
    if (work == null) {
      if (queue.leave(next)) {
        leave(next);
      }
      return;
    }
    PendingSnapshot pending = new PendingSnapshot(work, next.layer(), workplace);
    synchronized (this) {
      all.add(pending);
    }
    if (isThere(next)) {
      // Its last owner has published it since.
      pending.close();
      queue.done(next, null);
      return;
    }
    if (next == missing.getFirst()) {
      pending.unpackOn(below(next));
    } else {
      pending.unpackAlone();
    }
    queue.done(next, pending);
  }

  private boolean isThere(Missing layer) throws IOException {
    return Linux.lstatat(rootFd, layer.finalName()) != null;
  }

  private synchronized void leave(Missing layer) {
    leaving.add(
        start(
            "leave-" + layer.index(),
            () -> {
              try {
                layer.layer().blob().leaveToOthers();
              } catch (IOException | RuntimeException | Error e) {
                queue.fail(e);
              }
            }));
  }

  private void awaitLeaving() throws IOException {
    for (Thread thread : leavingNow()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while layers come");
      }
    }
    queue.requireNoFailure();
  }

  private synchronized List<Thread> leavingNow() {
    return List.copyOf(leaving);
  }

  /// The layers below, the topmost first.
  private List<Path> below(Missing layer) {
    List<Path> below = new ArrayList<>();
    for (int i = layer.index() - 1; i >= 0; i--) {
      PendingSnapshot pending = layer == missing.getFirst() ? null : settled.get(i);
      below.add(pending == null ? finalPaths.get(i) : pending.path());
    }
    return below;
  }

  private void publishSettled() throws IOException {
    if (settled.isEmpty()) {
      return;
    }
    Linux.syncfs(rootFd);
    for (PendingSnapshot pending : settled.values()) {
      pending.publish();
    }
    settled.clear();
  }

  /// Stops what still runs and removes what was not published.
  @Override
  public void close() throws IOException {
    queue.fail(new InterruptedIOException("another layer failed"));
    boolean interrupted = stop(workers);
    interrupted |= stop(leavingNow());
    try (rootFd) {
      removeAll();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// @return whether this thread was interrupted meanwhile
  private static boolean stop(List<Thread> threads) {
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
    return interrupted;
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

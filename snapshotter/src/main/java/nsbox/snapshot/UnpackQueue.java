package nsbox.snapshot;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import nsbox.snapshot.ImageUnpack.Missing;

/// What the threads of an unpack tell each other: which layers are to be tried, which somebody else
/// has, which are there, and why all must stop.
///
/// Layers are tried largest first, and of one size by digest: it is the same order in each process,
/// so that two do not wait for each other's bytes. Those that somebody else has are tried again and
/// again, until they are there or the other is gone.
final class UnpackQueue {
  private static final long POLL_MILLIS = 20;

  private final Queue<Missing> untried = new ArrayDeque<>();
  private final List<Missing> elsewhere = new ArrayList<>();
  private final Set<Missing> left = new HashSet<>();
  private final Map<Missing, PendingSnapshot> done = new HashMap<>();
  private Throwable failure;

  UnpackQueue(List<Missing> missing) {
    Comparator<Missing> bySize = Comparator.comparingLong(one -> one.layer().sizeBytes());
    missing.stream()
        .sorted(bySize.reversed().thenComparing(one -> one.layer().digest()))
        .forEach(untried::add);
  }

  /// For workers: a layer to try.
  ///
  /// @return null where nothing is left to do, or all stop
  synchronized Missing next() throws InterruptedException {
    if (failure == null && untried.isEmpty() && !elsewhere.isEmpty()) {
      wait(POLL_MILLIS);
      untried.addAll(elsewhere);
      elsewhere.clear();
    }
    return failure == null ? untried.poll() : null;
  }

  /// Somebody else has a layer.
  ///
  /// @return whether that is new
  synchronized boolean leave(Missing layer) {
    elsewhere.add(layer);
    notifyAll();
    return left.add(layer);
  }

  /// @param pending null where somebody else made it, and it is visible
  synchronized void done(Missing layer, PendingSnapshot pending) {
    done.put(layer, pending);
    notifyAll();
  }

  /// Stops all; the first reason counts.
  synchronized void fail(Throwable reason) {
    if (failure == null) {
      failure = reason;
    }
    notifyAll();
  }

  /// Waits until a layer is unpacked here, or is there, or is found to be somebody else's.
  ///
  /// @return whether it is one of the first two
  synchronized boolean awaitDoneOrLeft(Missing layer) throws IOException {
    while (failure == null && !done.containsKey(layer) && !left.contains(layer)) {
      await();
    }
    requireNoFailure();
    return done.containsKey(layer);
  }

  /// Waits until a layer is unpacked here, or is there.
  ///
  /// @return null where somebody else made it, and it is visible
  synchronized PendingSnapshot await(Missing layer) throws IOException {
    while (failure == null && !done.containsKey(layer)) {
      await();
    }
    requireNoFailure();
    return done.get(layer);
  }

  private void await() throws InterruptedIOException {
    try {
      wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while layers are unpacked");
    }
  }

  /// The reason is thrown a second time: what the worker was doing is part of the trace.
  synchronized void requireNoFailure() throws IOException {
    switch (failure) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }
}

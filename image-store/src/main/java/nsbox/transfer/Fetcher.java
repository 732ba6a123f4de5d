package nsbox.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.Download;
import nsbox.image.Downloads;
import nsbox.registry.BadAnswerException;
import nsbox.registry.BlobRange;
import nsbox.registry.Repository;
import nsbox.registry.StalledException;

/// Fetches blobs in pieces over several connections.
///
/// A piece that breaks off is asked for again from where it broke; only tries in a row that bring
/// less than a mebibyte count. A server that knows no ranges sends a blob whole, over one
/// connection.
final class Fetcher implements AutoCloseable {
  private static final int BUFFER_BYTES = 128 << 10;
  private static final long STOP_MILLIS = 500;

  /// What a try must bring to count as a good one: else a server that gives a few bytes at a time
  /// would be asked for ever.
  private static final long PROGRESS_BYTES = 1 << 20;

  private final List<Source> sources;
  private final Downloads downloads;
  private final TransferOptions options;
  private final TransferListener listener;
  private final Deque<Piece> pieces = new ArrayDeque<>();
  private final Set<Digest> whole = new HashSet<>();
  private final List<Thread> threads = new ArrayList<>();
  private int unopened;
  private boolean stopped;

  private record Piece(Arrival arrival, Download download, long from, long to) {}

  Fetcher(
      List<Source> sources,
      Downloads downloads,
      TransferOptions options,
      TransferListener listener) {
    this.sources = sources;
    this.downloads = downloads;
    this.options = options;
    this.listener = listener;
  }

  /// Begins to fetch; what comes of it shows in the arrivals.
  void start(List<Arrival> arrivals) {
    unopened = arrivals.size();
    List<Arrival> busy = new ArrayList<>();
    for (int i = 0; i < options.connections(); i++) {
      run("fetch-" + i, this::work);
    }
    for (Arrival arrival : arrivals) {
      try {
        if (downloads.isBusy(arrival.blob())) {
          busy.add(arrival);
        } else {
          open(arrival);
        }
      } catch (IOException e) {
        arrival.fail(e);
        opened(List.of());
      }
    }
    for (Arrival arrival : busy) {
      run("wait-" + arrival.blob().digest().shortHex(), () -> openBusy(arrival));
    }
  }

  private void run(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private void openBusy(Arrival arrival) {
    try {
      open(arrival);
    } catch (IOException e) {
      arrival.fail(e);
      opened(List.of());
    }
  }

  private void open(Arrival arrival) throws IOException {
    Descriptor blob = arrival.blob();
    String waiting = "another nsbox fetches " + blob.digest().shortHex() + "; waiting for it";
    boolean[] shared = new boolean[1];
    Download download =
        downloads.open(
            blob,
            () -> {
              shared[0] = true;
              listener.note(waiting);
            });
    if (download == null) {
      listener.started(blob);
      listener.finished(
          blob, shared[0] ? TransferListener.Outcome.SHARED : TransferListener.Outcome.PRESENT);
      arrival.present();
      opened(List.of());
      return;
    }
    listener.started(blob);
    listener.advanced(blob, download.arrivedBytes());
    List<Piece> missing = new ArrayList<>();
    for (long[] range : download.missing(options.pieceBytes())) {
      missing.add(new Piece(arrival, download, range[0], range[1]));
    }
    arrival.fetching(download);
    opened(missing);
  }

  private synchronized void opened(List<Piece> missing) {
    pieces.addAll(missing);
    unopened--;
    notifyAll();
  }

  private synchronized Piece next() {
    while (!stopped && pieces.isEmpty() && unopened > 0) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return null;
      }
    }
    return stopped ? null : pieces.poll();
  }

  private void work() {
    for (Piece piece; (piece = next()) != null; ) {
      try {
        fetch(piece);
      } catch (IOException e) {
        piece.arrival().fail(e);
      } catch (RuntimeException e) {
        piece.arrival().fail(new IOException("internal error: " + e, e));
      }
    }
  }

  private void fetch(Piece piece) throws IOException {
    Descriptor blob = piece.download().blob();
    long position = piece.from();
    long end = piece.to();
    boolean alone = false;
    int failures = 0;
    while (position < end && !piece.download().hasFailed()) {
      Copied copied;
      try (BlobRange range = ask(blob, position, end)) {
        boolean asked = range.ranged() || position == 0 && end == blob.sizeBytes();
        if (!asked && !alone) {
          alone = claimWhole(blob.digest());
          if (!alone) {
            return;
          }
          end = blob.sizeBytes();
        }
        copied = copy(range.bytes(), piece.download(), range.from(), end);
      } catch (BadAnswerException | StalledException e) {
        /* The client itself gives these up at once. */
        copied = new Copied(position, e);
      }
      if (copied.position() == end) {
        return;
      }
      failures = copied.position() - position >= PROGRESS_BYTES ? 1 : failures + 1;
      position = Math.max(position, copied.position());
      IOException failure = copied.failure();
      if (failure == null) {
        failure = new IOException("blob " + blob.digest() + " ended early, at byte " + position);
      }
      if (failures > options.retries()) {
        throw failure;
      }
      if (!piece.download().hasFailed()) {
        listener.note(failure.getMessage() + "; asking again from byte " + position);
        pause(failures);
      }
    }
  }

  private BlobRange ask(Descriptor blob, long from, long to) throws IOException {
    return EachSource.of(sources).fetching((Repository source) -> source.blob(blob, from, to));
  }

  /* The first connection that gets a whole blob keeps it, the others leave it alone. */
  private synchronized boolean claimWhole(Digest digest) {
    pieces.removeIf(piece -> piece.download().blob().digest().equals(digest));
    return whole.add(digest);
  }

  /// How far a copy came, and what ended it; null where the bytes ended.
  private record Copied(long position, IOException failure) {}

  /* A failure to read may pass, one to write does not. */
  private Copied copy(InputStream bytes, Download download, long from, long to) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long position = from;
    while (position < to && !download.hasFailed()) {
      int count;
      try {
        count = bytes.read(buffer, 0, (int) Math.min(buffer.length, to - position));
      } catch (IOException e) {
        return new Copied(position, e);
      }
      if (count < 0) {
        return new Copied(position, null);
      }
      download.write(position, buffer, count);
      position += count;
      listener.advanced(download.blob(), download.arrivedBytes());
    }
    return new Copied(position, null);
  }

  private void pause(int failures) {
    try {
      Thread.sleep(options.retryDelay().multipliedBy(1L << Math.min(failures - 1, 6)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Stops all threads. Those that wait for a server end when it answers.
  @Override
  public void close() {
    synchronized (this) {
      stopped = true;
      notifyAll();
    }
    for (Thread thread : threads) {
      try {
        thread.join(STOP_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

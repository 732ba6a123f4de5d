package nsbox.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import nsbox.linux.Errno;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;

/// Small files of one directory that were read from the archive, to be made by any one thread.
///
/// Whoever wants to know what is in the directory must wait for its batch first, which
/// [LayerTree#directory] sees to. All methods but [#run] belong to the thread that reads.
final class FileBatch implements Runnable {
  private static final int CONTENT_BYTES = 256 * 1024;
  private static final int COUNT_LIMIT = 128;

  /// Waking another thread costs what some files do.
  private static final int WORTHWHILE_COUNT = 8;

  private final Metadata.Owner owner;
  private final String layerDigest;
  private final ByteBuffer content = ByteBuffer.allocateDirect(CONTENT_BYTES);
  private final List<TarEntry> entries = new ArrayList<>();
  private final List<byte[]> names = new ArrayList<>();
  private final List<Integer> ends = new ArrayList<>();
  private Fd directory;

  /// These are guarded by this object's lock.
  private boolean busy;

  private Throwable failure;

  FileBatch(Metadata.Owner owner, String layerDigest) {
    this.owner = owner;
    this.layerDigest = layerDigest;
  }

  boolean isWorthwhile() {
    return entries.size() >= WORTHWHILE_COUNT;
  }

  boolean hasRoomFor(TarEntry entry) {
    return entries.size() < COUNT_LIMIT && entry.sizeBytes() <= content.remaining();
  }

  /// @param tar at the entry's content
  void add(byte[] name, TarEntry entry, TarReader tar) throws IOException {
    for (ByteBuffer chunk; (chunk = tar.chunk()) != null; ) {
      content.put(chunk);
    }
    entries.add(entry);
    names.add(name);
    ends.add(content.position());
  }

  /// Makes it ready to be run.
  void begin(Fd directory) {
    this.directory = directory;
    synchronized (this) {
      busy = true;
    }
  }

  /// Makes the files. What goes wrong is kept for [#await].
  @Override
  public void run() {
    Throwable wrong = null;
    try {
      makeAll();
    } catch (IOException | RuntimeException | Error e) {
      wrong = e;
    }
    synchronized (this) {
      failure = wrong;
      busy = false;
      notifyAll();
    }
  }

  private void makeAll() throws IOException {
    int start = 0;
    for (int i = 0; i < names.size(); i++) {
      Metadata metadata = Metadata.of(entries.get(i));
      try {
        make(names.get(i), metadata, content.limit(ends.get(i)).position(start));
      } catch (LinuxException e) {
        throw LayerUnpacker.blame(layerDigest, entries.get(i).text(), metadata, e);
      }
      start = ends.get(i);
    }
  }

  private void make(byte[] name, Metadata metadata, ByteBuffer bytes) throws LinuxException {
    int mode = metadata.creationMode(owner);
    try (Fd file = create(name, mode)) {
      Linux.write(file, bytes);
      metadata.setOnNew(file, owner, mode);
    }
  }

  private Fd create(byte[] name, int mode) throws LinuxException {
    try {
      return Names.create(directory, name, mode);
    } catch (LinuxException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      Names.remove(directory, name);
      return Names.create(directory, name, mode);
    }
  }

  /// Whether nobody works on it.
  synchronized boolean isIdle() {
    return !busy;
  }

  /// Waits until nobody works on it. It never takes long, so it cannot be interrupted.
  synchronized void join() {
    boolean interrupted = false;
    while (busy) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Empties it after it was run.
  ///
  /// @throws IOException what went wrong, once
  void finish() throws IOException {
    join();
    entries.clear();
    names.clear();
    ends.clear();
    content.clear();
    Throwable wrong = failure;
    failure = null;
    switch (wrong) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(wrong);
    }
  }
}

package nsbox.image;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Excludes other processes from one digest's download.
///
/// Each digest is one byte of a file that is never removed, so there is no race with a removal. The
/// system gives up all of a process's locks on a file when any of its descriptors is closed; so the
/// file is opened once and stays open.
final class DownloadLock {
  private static final Map<Path, FileChannel> OPEN = new ConcurrentHashMap<>();
  private static final int PREFIX_DIGITS = 15;
  private static final long POLL_MILLIS = 50;

  private DownloadLock() {}

  /// @param waiting told once if another process has the lock
  static FileLock take(Path file, Digest digest, Runnable waiting) throws IOException {
    FileChannel channel = channel(file.toAbsolutePath().normalize());
    long position = Long.parseLong(digest.hex().substring(0, PREFIX_DIGITS), 16);
    FileLock lock = channel.tryLock(position, 1, false);
    if (lock != null) {
      return lock;
    }
    waiting.run();
    /* Asked again and again: two processes that wait for each other's downloads in different threads
     * would be a deadlock to the kernel, which looks at processes, and it would refuse one. */
    while (lock == null) {
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting for " + digest);
      }
      lock = channel.tryLock(position, 1, false);
    }
    return lock;
  }

  /// @return null where a process has it
  static FileLock tryTake(Path file, Digest digest) throws IOException {
    long position = Long.parseLong(digest.hex().substring(0, PREFIX_DIGITS), 16);
    return channel(file.toAbsolutePath().normalize()).tryLock(position, 1, false);
  }

  private static synchronized FileChannel channel(Path file) throws IOException {
    FileChannel channel = OPEN.get(file);
    if (channel == null || !channel.isOpen()) {
      channel = StoreFiles.openLockFile(file);
      OPEN.put(file, channel);
    }
    return channel;
  }
}

package nsbox.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/// Held while the store's index is read and replaced.
///
/// The lock on the file excludes other processes and ends with this one, however it ends. It
/// belongs to the whole process, and closing any channel of the file gives it up; hence the second
/// lock, which lets in one thread at a time.
final class IndexLock implements AutoCloseable {
  private static final ReentrantLock IN_PROCESS = new ReentrantLock();

  private final FileChannel channel;

  private IndexLock(FileChannel channel) {
    this.channel = channel;
  }

  /// Waits until nobody else holds it.
  static IndexLock take(Path lockFile) throws IOException {
    IN_PROCESS.lock();
    try {
      FileChannel channel = StoreFiles.openLockFile(lockFile);
      try {
        channel.lock();
        return new IndexLock(channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      IN_PROCESS.unlock();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      IN_PROCESS.unlock();
    }
  }
}

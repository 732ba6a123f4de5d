package nsbox.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import nsbox.image.StoreFiles;

/// Held while the index of somebody's image layout is read and replaced. Nothing of it stays in the
/// layout: whoever is done removes the file.
///
/// So the file that was locked may no longer be the one that is there. Its size tells: each holder
/// gives it one of its own, which can be asked without opening the file. To open and close it once
/// more would give the lock up, for the system forgets all of a process's locks on a file as soon
/// as any of its descriptors is closed.
final class LayoutLock implements AutoCloseable {
  private static final long MAX_MARK = 1L << 22;

  private final Path file;
  private final FileChannel channel;

  private LayoutLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /// Waits until nobody else has it.
  static LayoutLock take(Path file) throws IOException {
    while (true) {
      FileChannel channel = StoreFiles.openLockFile(file);
      try {
        channel.lock();
        if (isThere(file, mark(channel))) {
          return new LayoutLock(file, channel);
        }
      } catch (IOException e) {
        channel.close();
        throw e;
      }
      channel.close();
    }
  }

  private static long mark(FileChannel channel) throws IOException {
    long mark = ThreadLocalRandom.current().nextLong(1, MAX_MARK);
    channel.truncate(0).write(ByteBuffer.allocate(1), mark - 1);
    return mark;
  }

  private static boolean isThere(Path file, long mark) throws IOException {
    try {
      return (long) Files.getAttribute(file, "size", LinkOption.NOFOLLOW_LINKS) == mark;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      Files.delete(file);
    }
  }
}

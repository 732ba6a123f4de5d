package nsbox.snapshot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import nsbox.linux.Errno;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;
import nsbox.linux.OpenFlag;
import nsbox.linux.Resolve;
import nsbox.linux.Stat;

/// A directory beside the snapshots in which one is made, and which becomes it by a rename.
///
/// It is named after the snapshot, so there is one at most, and whoever has it makes the snapshot.
/// Its owner holds a lock on it, be it another process or another thread of this one. The kernel
/// lets go of the lock when the owner dies, however it dies; then the directory is rubbish for
/// [#sweep], or the next owner's.
///
/// What has been a snapshot and is being removed has a name of its own, so that the snapshot can be
/// made again meanwhile.
final class WorkDirectory implements AutoCloseable {
  private static final String PREFIX = ".work-";
  private static final String REMOVED_PREFIX = ".gone-";

  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final Fd root;
  private final byte[] name;
  private final byte[] finalName;
  private final Fd fd;
  private boolean given;

  private WorkDirectory(Fd root, byte[] name, byte[] finalName, Fd fd) {
    this.root = root;
    this.name = name;
    this.finalName = finalName;
    this.fd = fd;
  }

  /// Whether a name beside the snapshots is that of one in the making, or of one being removed.
  static boolean isOne(String name) {
    return name.startsWith(PREFIX) || name.startsWith(REMOVED_PREFIX);
  }

  /// Takes the directory for a snapshot, empty, unless somebody has it. Whether the snapshot is
  /// there already is to be asked after this: only the owner can bring it.
  ///
  /// @param root the directory of all snapshots; stays open as long as this
  /// @return null where somebody else makes the snapshot, or clears away after one who died
  static WorkDirectory tryTake(Fd root, byte[] finalName) throws IOException {
    byte[] name = (PREFIX + text(finalName)).getBytes(StandardCharsets.US_ASCII);
    while (true) {
      boolean fresh = make(root, name);
      Fd fd = open(root, name);
      // Between the calls its owner may have published or removed it, or a sweep.
      if (fd == null) {
        continue;
      }
      try {
        if (!Linux.tryLock(fd)) {
          fd.close();
          return null;
        }
        if (isNamed(root, name, fd)) {
          if (!fresh) {
            clear(fd);
          }
          return new WorkDirectory(root, name, finalName, fd);
        }
      } catch (IOException | RuntimeException e) {
        fd.close();
        throw e;
      }
      fd.close();
    }
  }

  private static boolean make(Fd root, byte[] name) throws LinuxException {
    try {
      Linux.mkdirat(root, name, 0700);
      return true;
    } catch (LinuxException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      return false;
    }
  }

  private static void clear(Fd directory) throws LinuxException {
    for (byte[] left : Linux.names(directory)) {
      Names.remove(directory, left);
    }
  }

  /// @return null where there is none
  private static Fd open(Fd root, byte[] name) throws LinuxException {
    try {
      return Names.openDirectory(root, name);
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT) {
        return null;
      }
      throw e;
    }
  }

  /// A lock counts only if the name still stands for what was locked.
  private static boolean isNamed(Fd root, byte[] name, Fd locked) throws LinuxException {
    Stat named = Linux.lstatat(root, name);
    return named != null && named.isSameFileAs(Linux.fstat(locked));
  }

  Fd fd() {
    return fd;
  }

  String name() {
    return text(name);
  }

  private static String text(byte[] name) {
    return new String(name, StandardCharsets.US_ASCII);
  }

  /// Makes the snapshot visible, which must be durable by now, and is its owner no longer. The name
  /// itself is durable when the root is synced.
  void publish() throws LinuxException {
    Linux.renameNoReplace(root, name, root, finalName);
    given = true;
    fd.close();
  }

  /// Takes a snapshot out of sight, for a sweep to remove its files. One that is not there is no
  /// error. It is durable when the root is synced.
  static void hide(Fd root, byte[] finalName) throws LinuxException {
    while (true) {
      String name =
          REMOVED_PREFIX + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet();
      try {
        Linux.renameNoReplace(root, finalName, root, name.getBytes(StandardCharsets.US_ASCII));
        return;
      } catch (LinuxException e) {
        if (e.errno() == Errno.ENOENT) {
          return;
        }
        // An earlier process of the same number may have left one.
        if (e.errno() != Errno.EEXIST) {
          throw e;
        }
      }
    }
  }

  /// Removes what was not published; a sweep does that if this cannot.
  @Override
  public void close() throws IOException {
    if (given) {
      return;
    }
    // Once: the name may then be another owner's.
    given = true;
    try {
      Names.remove(root, name);
    } finally {
      fd.close();
    }
  }

  /// Removes a directory whose owner is gone; others are left alone.
  static void sweep(Fd root, byte[] name) throws IOException {
    try (Fd fd = open(root, name)) {
      if (fd != null && Linux.tryLock(fd) && isNamed(root, name, fd)) {
        TreeRemoval.remove(root, name);
      }
    }
  }

  static Fd openRoot(Path root) throws LinuxException {
    byte[] path = root.toString().getBytes(StandardCharsets.UTF_8);
    return Linux.openat2(Fd.NONE, path, OpenFlag.DIRECTORY, 0, Resolve.NO_MAGICLINKS);
  }
}

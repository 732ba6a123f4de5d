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
/// Its owner holds a lock on it. The kernel lets go of the lock when the owner dies, however it
/// dies, and then the directory is rubbish for [#sweep].
final class WorkDirectory implements AutoCloseable {
  static final String PREFIX = ".work-";

  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final Fd root;
  private final byte[] name;
  private final Fd fd;
  private boolean committed;

  private WorkDirectory(Fd root, byte[] name, Fd fd) {
    this.root = root;
    this.name = name;
    this.fd = fd;
  }

  /// @param root the directory of all snapshots; stays open as long as this
  static WorkDirectory create(Fd root) throws LinuxException {
    while (true) {
      byte[] name = freshName();
      try {
        Linux.mkdirat(root, name, 0700);
      } catch (LinuxException e) {
        if (e.errno() != Errno.EEXIST) {
          throw e;
        }
        continue;
      }
      // A sweep may come between mkdir and lock. Then the directory is gone, and another is made.
      Fd locked = lock(root, name);
      if (locked != null) {
        return new WorkDirectory(root, name, locked);
      }
    }
  }

  private static byte[] freshName() {
    String name = PREFIX + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet();
    return name.getBytes(StandardCharsets.US_ASCII);
  }

  /// @return null where someone else has the lock, or the name no longer stands for what was locked
  private static Fd lock(Fd root, byte[] name) throws LinuxException {
    Fd fd;
    try {
      fd = Names.openDirectory(root, name);
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT) {
        return null;
      }
      throw e;
    }
    if (Linux.tryLock(fd)) {
      Stat named = Linux.lstatat(root, name);
      if (named != null && named.isSameFileAs(Linux.fstat(fd))) {
        return fd;
      }
    }
    fd.close();
    return null;
  }

  Fd fd() {
    return fd;
  }

  String name() {
    return new String(name, StandardCharsets.US_ASCII);
  }

  /// Makes this directory durable, and all others of the same file system.
  void sync() throws LinuxException {
    Linux.syncfs(fd);
  }

  /// Makes the directory visible, which must be durable by now. If the name is taken, the first one
  /// stays. The name itself is durable when the root is synced.
  void publish(byte[] finalName) throws LinuxException {
    try {
      Linux.renameNoReplace(root, name, root, finalName);
      committed = true;
    } catch (LinuxException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
  }

  /// Takes a snapshot out of sight at once, then removes its files; a sweep does that if this
  /// cannot.
  static void takeAway(Fd root, byte[] finalName) throws IOException {
    byte[] name = freshName();
    Linux.renameNoReplace(root, finalName, root, name);
    Linux.fsync(root);
    sweep(root, name);
  }

  /// Removes what was not committed.
  @Override
  public void close() throws IOException {
    try {
      if (!committed) {
        Names.remove(root, name);
      }
    } finally {
      fd.close();
    }
  }

  /// Removes a directory whose owner is gone; others are left alone.
  static void sweep(Fd root, byte[] name) throws IOException {
    try (Fd locked = lock(root, name)) {
      if (locked != null) {
        Names.remove(root, name);
      }
    }
  }

  static Fd openRoot(Path root) throws LinuxException {
    byte[] path = root.toString().getBytes(StandardCharsets.UTF_8);
    return Linux.openat2(Fd.NONE, path, OpenFlag.DIRECTORY, 0, Resolve.NO_MAGICLINKS);
  }
}

package nsbox.snapshot;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import nsbox.linux.DirectoryEntry;
import nsbox.linux.Fd;
import nsbox.linux.FileType;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;
import nsbox.linux.OpenFlag;
import nsbox.linux.Resolve;
import nsbox.linux.Stat;

/// Names below a directory of ours, opened so that nothing on the way leads anywhere else.
final class Names {
  private static final long FENCED = Resolve.BENEATH | Resolve.NO_SYMLINKS | Resolve.NO_MAGICLINKS;

  private Names() {}

  /// @param path canonical: without links, `.` and `..`; empty for `root` itself
  static Fd openDirectory(Fd root, byte[] path) throws LinuxException {
    byte[] name = path.length == 0 ? BytePath.HERE : path;
    int flags = OpenFlag.READ | OpenFlag.DIRECTORY | OpenFlag.NOFOLLOW;
    return Linux.openat2(root, name, flags, 0, FENCED);
  }

  /// Opens what is known to be a regular file: opening a FIFO would wait for its writer.
  static Fd openRegular(Fd dir, byte[] name) throws LinuxException {
    return Linux.openat2(dir, name, OpenFlag.READ | OpenFlag.NOFOLLOW, 0, FENCED);
  }

  /// A handle of the file itself, whatever it is: nothing is opened for reading.
  static Fd handle(Fd dir, byte[] name) throws LinuxException {
    return Linux.openat2(dir, name, OpenFlag.PATH | OpenFlag.NOFOLLOW, 0, FENCED);
  }

  /// Opens what a handle was found to be for reading, also where its name means another file now.
  static Fd reopen(Fd handle) throws LinuxException {
    byte[] path = handle.procPath().getBytes(StandardCharsets.US_ASCII);
    return Linux.openat2(Fd.NONE, path, OpenFlag.READ, 0, 0);
  }

  /// Makes a file that only its owner can open until it has its metadata.
  static Fd create(Fd dir, byte[] name) throws LinuxException {
    return create(dir, name, 0600);
  }

  static Fd create(Fd dir, byte[] name, int mode) throws LinuxException {
    int flags = OpenFlag.WRITE | OpenFlag.CREATE | OpenFlag.EXCLUSIVE | OpenFlag.NOFOLLOW;
    return Linux.openat2(dir, name, flags, mode, FENCED);
  }

  /// Removes a file, or a directory with all that is in it.
  static void remove(Fd dir, byte[] name) throws LinuxException {
    Stat stat = Linux.lstatat(dir, name);
    if (stat == null) {
      return;
    }
    if (!stat.isDirectory()) {
      Linux.unlinkat(dir, name);
      return;
    }
    removeDirectory(dir, name);
  }

  /// Paths instead of one open directory per level: depth must not run into the limit of open
  /// files.
  private static void removeDirectory(Fd root, byte[] path) throws LinuxException {
    for (byte[] child : childrenAfterUnlinkingFiles(root, path)) {
      removeDirectory(root, BytePath.join(path, child));
    }
    Linux.rmdirat(root, path);
  }

  /// @return the names of the directories that are left in it
  static List<byte[]> childrenAfterUnlinkingFiles(Fd root, byte[] path) throws LinuxException {
    try (Fd dir = openDirectory(root, path)) {
      List<byte[]> directories = new ArrayList<>();
      for (DirectoryEntry entry : Linux.entries(dir)) {
        if (isDirectory(dir, entry)) {
          directories.add(entry.name());
        } else {
          Linux.unlinkat(dir, entry.name());
        }
      }
      return directories;
    }
  }

  private static boolean isDirectory(Fd dir, DirectoryEntry entry) throws LinuxException {
    if (entry.type() != 0) {
      return entry.type() == FileType.DIRECTORY;
    }
    Stat stat = Linux.lstatat(dir, entry.name());
    return stat != null && stat.isDirectory();
  }
}

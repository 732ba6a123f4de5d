package nsbox.snapshot;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nsbox.linux.Errno;
import nsbox.linux.Fd;
import nsbox.linux.FileType;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;
import nsbox.linux.Stat;

/// Copies files and directories from one place to another, onto what is there: directories are
/// merged, files take the place of files.
///
/// Others may change both sides meanwhile, and on purpose: nothing is reached but by descriptors
/// that follow no link, and nothing is opened before it is known to be a plain file.
public final class TreeCopy {
  private static final byte[] NOTHING = {};
  private static final int TRIES = 100;

  private final CopyRules rules;
  private final FileCopy files = new FileCopy(new Metadata.Owner(-1, -1, 0));
  private final Map<Inode, Copied> links = new HashMap<>();
  private Fd top;

  private record Inode(int major, int minor, long number) {}

  /// @param path below the directory that is copied into
  private record Copied(byte[] path) {}

  public TreeCopy(CopyRules rules) {
    this.rules = rules;
  }

  /// Copies a file or a directory as it is; a link is not followed.
  ///
  /// @param to name in `toDir`, in which it appears, or is merged with what has the name
  /// @throws UnsuitableTargetException if a file is in the way of a directory, or the other way
  ///   round
  public void copy(Fd fromDir, byte[] from, Fd toDir, byte[] to) throws IOException {
    top = toDir;
    one(fromDir, from, toDir, to, to);
  }

  /// Copies what is in a directory into another, which stays what it is.
  public void copyContents(Fd from, Fd to) throws IOException {
    top = to;
    contents(from, to, NOTHING);
  }

  private void one(Fd fromDir, byte[] from, Fd toDir, byte[] to, byte[] path) throws IOException {
    Stat stat = Linux.lstatat(fromDir, from);
    if (stat == null || stat.type() == FileType.SOCKET) {
      return; // gone meanwhile, or without meaning elsewhere
    }
    if (stat.isDirectory()) {
      try (Fd source = Names.openDirectory(fromDir, from);
          Fd target = Targets.directory(toDir, to, rules)) {
        contents(source, target, path);
        metadata(source).set(target, new Metadata.Owner(-1, -1, 0));
      }
      return;
    }
    Inode inode = new Inode(stat.deviceMajor(), stat.deviceMinor(), stat.inode());
    Copied first = stat.links() > 1 ? links.get(inode) : null;
    for (int tries = 1; ; tries++) {
      Targets.clear(toDir, to, rules);
      try {
        if (first != null) {
          link(first, toDir, to);
        } else {
          file(fromDir, from, stat, toDir, to);
        }
        break;
      } catch (LinuxException e) {
        /* Somebody else has just put a file there, as another copy to the same place does. */
        if (e.errno() != Errno.EEXIST || tries == TRIES) {
          throw e;
        }
      }
    }
    if (first == null && stat.links() > 1) {
      links.put(inode, new Copied(path));
    }
  }

  private void link(Copied first, Fd toDir, byte[] to) throws IOException {
    byte[] folder = Arrays.copyOf(first.path, Math.max(0, BytePath.lastSlash(first.path)));
    try (Fd dir = Names.openDirectory(top, folder)) {
      Linux.linkat(dir, LayerTree.lastName(first.path), toDir, to);
    }
  }

  private void file(Fd fromDir, byte[] from, Stat found, Fd toDir, byte[] to) throws IOException {
    Metadata.Owner nobody = new Metadata.Owner(-1, -1, 0);
    if (found.isRegularFile()) {
      try (Fd handle = Names.handle(fromDir, from)) {
        Stat stat = Linux.fstat(handle);
        if (stat.isRegularFile()) {
          try (Fd source = Names.reopen(handle)) {
            files.copyOpened(source, stat, owned(Metadata.of(source, stat)), toDir, to);
          }
        }
      }
    } else if (found.isSymbolicLink()) {
      Linux.symlinkat(Linux.readlinkat(fromDir, from), toDir, to);
      owned(Metadata.of(fromDir, from, found)).setAt(toDir, to, nobody, true);
    } else {
      Linux.mknodat(toDir, to, found.type() | 0600, found.specialMajor(), found.specialMinor());
      owned(Metadata.of(fromDir, from, found)).setAt(toDir, to, nobody, false);
    }
  }

  private void contents(Fd from, Fd to, byte[] path) throws IOException {
    List<byte[]> names = Linux.names(from);
    names.sort(Arrays::compareUnsigned);
    for (byte[] name : names) {
      one(from, name, to, name, BytePath.join(path, name));
    }
  }

  private Metadata metadata(Fd directory) throws IOException {
    return owned(Metadata.of(directory, Linux.fstat(directory)));
  }

  private Metadata owned(Metadata metadata) {
    return rules.keepOwners() ? metadata : metadata.ownedBy(0, 0);
  }
}

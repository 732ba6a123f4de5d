package nsbox.snapshot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
import nsbox.linux.Timestamp;

/// One walk over a tree, from which a layer's tar is written.
///
/// Whoever runs in the container may change the tree at the same time, and on purpose: so nothing
/// is reached but by descriptors that follow no link, and nothing is opened for reading before it
/// is known to be a plain file, since opening a device can do harm.
final class DiffWalk {
  /// Directories below this depth are closed while one in them is walked.
  private static final int OPEN_DIRECTORIES = 64;

  private static final int PATH_LIMIT_BYTES = 4095;
  private static final int ATTEMPTS = 8;
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final byte[] ROOT_NAME = {'.', '/'};
  private static final byte[] NO_BYTES = {};
  private static final byte[] WHITEOUT = ascii(".wh.");
  private static final byte[] OPAQUE = ascii(".wh..wh..opq");

  private final Fd root;
  private final TarWriter tar;
  private final OverlayAttributes attributes;
  private final Timestamp latest;
  private final byte[] prefix;
  private final Map<Long, byte[]> links = new HashMap<>();
  private final List<String> changed = new ArrayList<>();
  private final byte[] buffer = new byte[BUFFER_BYTES];

  /// @param latest later times become this one
  DiffWalk(Fd root, TarWriter tar, OverlayAttributes attributes, Timestamp latest) {
    this(root, tar, attributes, latest, null);
  }

  /// @param prefix what all names begin with; null for a layer, in which some names mean that
  ///   others are gone
  DiffWalk(Fd root, TarWriter tar, OverlayAttributes attributes, Timestamp latest, byte[] prefix) {
    this.prefix = prefix;
    this.root = root;
    this.tar = tar;
    this.attributes = attributes;
    this.latest = latest;
  }

  /// @param opaque whether the tree hides all that is below; overlayfs itself cannot say that of a
  ///   root
  void run(boolean opaque) throws IOException {
    try (Fd directory = Names.openDirectory(root, BytePath.ROOT)) {
      boolean plain = prefix == null || prefix.length == 0;
      byte[] name = plain ? ROOT_NAME : BytePath.join(prefix, NO_BYTES);
      put(TarEntry.DIRECTORY, name, directory, Linux.fstat(directory), BytePath.ROOT);
      if (opaque) {
        putMark(OPAQUE);
      }
    }
    walk(BytePath.ROOT, 1);
  }

  /// Writes a single file, which gets the prefix as its name.
  void runFile(Fd dir, byte[] name) throws IOException {
    entry(dir, name, BytePath.ROOT);
  }

  private byte[] named(byte[] path) {
    if (prefix == null || prefix.length == 0) {
      return path;
    }
    return path.length == 0 ? prefix : BytePath.join(prefix, path);
  }

  /// What changed while it was read, in the order of the walk.
  List<String> changed() {
    return changed;
  }

  private void walk(byte[] path, int depth) throws IOException {
    Fd directory = open(path);
    if (directory == null) {
      return;
    }
    try {
      List<byte[]> names = Linux.names(directory);
      names.sort(Arrays::compareUnsigned);
      for (byte[] name : names) {
        byte[] child = child(path, name);
        if (!entry(directory, name, child)) {
          continue;
        }
        if (depth >= OPEN_DIRECTORIES) {
          directory.close();
        }
        walk(child, depth + 1);
        if (depth >= OPEN_DIRECTORIES) {
          directory = open(path);
          if (directory == null) {
            return;
          }
        }
      }
    } finally {
      if (directory != null) {
        directory.close();
      }
    }
  }

  private Fd open(byte[] path) throws LinuxException {
    try {
      return Names.openDirectory(root, path);
    } catch (LinuxException e) {
      requireGone(e);
      changed.add(TarEntry.text(path));
      return null;
    }
  }

  private byte[] child(byte[] path, byte[] name) throws UnsuitableTreeException {
    byte[] child = BytePath.join(path, name);
    if (prefix == null && BytePath.startsWith(name, WHITEOUT)) {
      throw new UnsuitableTreeException(
          child, "a name that begins with .wh., which says in a layer that a file is gone");
    }
    if (child.length > PATH_LIMIT_BYTES) {
      throw new UnsuitableTreeException(
          child, "deeper than " + PATH_LIMIT_BYTES + " bytes of path");
    }
    return child;
  }

  /// Writes what a name stands for, of a directory only the entry itself.
  ///
  /// @return whether it is a directory
  private boolean entry(Fd dir, byte[] name, byte[] path) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        Stat stat = Linux.lstatat(dir, name);
        if (stat == null) {
          break;
        }
        if (stat.isDirectory()) {
          directory(dir, name, path);
          return true;
        }
        if (!stat.isRegularFile() || isLinked(stat)) {
          special(dir, name, path, stat);
          return false;
        }
        if (regular(dir, name, path)) {
          return false;
        }
      } catch (LinuxException e) {
        // Of another type already, or gone: the next look tells.
        requireGone(e);
      }
    }
    changed.add(TarEntry.text(path));
    return false;
  }

  private void directory(Fd dir, byte[] name, byte[] path) throws IOException {
    try (Fd directory = Names.openDirectory(dir, name)) {
      byte[] slashed = BytePath.join(named(path), NO_BYTES);
      boolean opaque = attributes.isOpaque(directory, path);
      put(TarEntry.DIRECTORY, slashed, directory, Linux.fstat(directory), path);
      if (opaque) {
        putMark(BytePath.join(path, OPAQUE));
      }
    }
  }

  private void put(char type, byte[] name, Fd file, Stat stat, byte[] path) throws IOException {
    put(type, name, NO_BYTES, stat, attributes.of(file, path));
  }

  private void put(
      char type, byte[] name, byte[] link, Stat stat, List<TarEntry.Attribute> attributes)
      throws IOException {
    boolean device = type == TarEntry.CHARACTER_DEVICE || type == TarEntry.BLOCK_DEVICE;
    tar.entry(
        new TarEntry(
            type,
            name,
            link,
            stat.permissions(),
            stat.uid(),
            stat.gid(),
            type == TarEntry.REGULAR ? stat.sizeBytes() : 0,
            atMost(stat.modified()),
            device ? stat.specialMajor() : 0,
            device ? stat.specialMinor() : 0,
            attributes));
  }

  /// Of an entry that only says that something is gone nothing but the name counts.
  private void putMark(byte[] name) throws IOException {
    tar.entry(
        new TarEntry(
            TarEntry.REGULAR, name, NO_BYTES, 0, 0, 0, 0, Timestamp.EPOCH, 0, 0, List.of()));
  }

  private void special(Fd dir, byte[] name, byte[] path, Stat stat) throws IOException {
    if (prefix == null && stat.isWhiteout()) {
      byte[] mark = Arrays.copyOf(WHITEOUT, WHITEOUT.length + name.length);
      System.arraycopy(name, 0, mark, WHITEOUT.length, name.length);
      byte[] parent = Arrays.copyOf(path, Math.max(0, path.length - name.length - 1));
      putMark(BytePath.join(parent, mark));
      return;
    }
    if (stat.type() == FileType.SOCKET) {
      // tar has no type for them; they mean nothing without the process that listens.
      return;
    }
    List<TarEntry.Attribute> kept = attributes.of(dir, name, path);
    if (isLinked(stat)) {
      put(TarEntry.HARD_LINK, named(path), links.get(stat.inode()), stat, kept);
      return;
    }
    char type =
        switch (stat.type()) {
          case FileType.SYMBOLIC_LINK -> TarEntry.SYMBOLIC_LINK;
          case FileType.CHARACTER_DEVICE -> TarEntry.CHARACTER_DEVICE;
          case FileType.BLOCK_DEVICE -> TarEntry.BLOCK_DEVICE;
          default -> TarEntry.FIFO;
        };
    byte[] target = type == TarEntry.SYMBOLIC_LINK ? Linux.readlinkat(dir, name) : NO_BYTES;
    put(type, named(path), target, stat, kept);
    remember(stat, path);
  }

  private boolean isLinked(Stat stat) {
    return stat.links() > 1 && links.containsKey(stat.inode());
  }

  /// All of the tree is on one file system, so the inode alone names a file.
  private void remember(Stat stat, byte[] path) {
    if (stat.links() > 1) {
      links.put(stat.inode(), named(path));
    }
  }

  /// @return false if it is no plain file any more, and nothing was written
  private boolean regular(Fd dir, byte[] name, byte[] path) throws IOException {
    try (Fd handle = Names.handle(dir, name)) {
      Stat stat = Linux.fstat(handle);
      if (!stat.isRegularFile()) {
        return false;
      }
      try (Fd file = Names.reopen(handle)) {
        put(TarEntry.REGULAR, named(path), file, stat, path);
        remember(stat, path);
        content(file, stat, path);
        return true;
      }
    }
  }

  private void content(Fd file, Stat stat, byte[] path) throws IOException {
    long left = stat.sizeBytes();
    while (left > 0) {
      int count = Linux.read(file, buffer, 0, (int) Math.min(left, buffer.length));
      if (count == 0) {
        break;
      }
      tar.content(buffer, 0, count);
      left -= count;
    }
    Arrays.fill(buffer, (byte) 0);
    for (; left > 0; left -= Math.min(left, buffer.length)) {
      tar.content(buffer, 0, (int) Math.min(left, buffer.length));
    }
    Stat after = Linux.fstat(file);
    boolean same =
        after.sizeBytes() == stat.sizeBytes()
            && after.modified().seconds() == stat.modified().seconds()
            && after.modified().nanos() == stat.modified().nanos();
    if (!same) {
      changed.add(TarEntry.text(path));
    }
  }

  private Timestamp atMost(Timestamp time) {
    boolean later =
        time.seconds() > latest.seconds()
            || time.seconds() == latest.seconds() && time.nanos() > latest.nanos();
    return later ? latest : time;
  }

  private static void requireGone(LinuxException e) throws LinuxException {
    boolean gone =
        switch (e.errno()) {
          case Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP -> true;
          case Errno.EINVAL -> e.call().equals("readlinkat");
          default -> false;
        };
    if (!gone) {
      throw e;
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

package nsbox.snapshot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import nsbox.linux.Errno;
import nsbox.linux.Fd;
import nsbox.linux.FileType;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;
import nsbox.linux.Stat;
import nsbox.linux.Xattr;

/// Turns the whiteouts of a tar into those of overlayfs.
///
/// A whiteout takes away what the layers below have, never what its own layer has, wherever in the
/// archive it stands. Its name alone decides; its type does not matter.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#whiteouts
final class Whiteouts {
  private static final byte[] PREFIX = ascii(".wh.");
  private static final byte[] OPAQUE = ascii(".wh..wh..opq");
  private static final byte[] AUFS = ascii(".wh..wh.");
  private static final byte[] YES = {'y'};

  private final LayerTree tree;

  Whiteouts(LayerTree tree) {
    this.tree = tree;
  }

  /// What a clean path is about, by the prefixes of its components.
  enum Kind {
    /// A file of the layer.
    NONE,
    /// Says that one name is gone.
    PLAIN,
    /// Says that all names of its directory are gone.
    OPAQUE,
    /// Book-keeping of aufs that some old images carry.
    AUFS,
    /// No name at all, `.` or `..`, or a file inside of a whiteout.
    HOSTILE
  }

  static Kind kind(byte[] path) {
    int slash = BytePath.lastSlash(path);
    for (int start = 0, end = 0; slash >= 0 && end <= slash; end++) {
      if (path[end] == '/') {
        byte[] component = Arrays.copyOfRange(path, start, Math.min(end, start + AUFS.length));
        if (BytePath.startsWith(component, AUFS)) {
          return Kind.AUFS;
        }
        if (BytePath.startsWith(component, PREFIX)) {
          return Kind.HOSTILE;
        }
        start = end + 1;
      }
    }
    return kindOfName(path, slash + 1);
  }

  private static Kind kindOfName(byte[] path, int start) {
    if (path.length <= start || path[start] != '.') {
      return Kind.NONE;
    }
    byte[] name = Arrays.copyOfRange(path, start, path.length);
    if (!BytePath.startsWith(name, PREFIX)) {
      return Kind.NONE;
    }
    if (Arrays.equals(name, OPAQUE)) {
      return Kind.OPAQUE;
    }
    if (BytePath.startsWith(name, AUFS)) {
      return Kind.AUFS;
    }
    byte[] hidden = hidden(name);
    boolean isName = hidden.length > 0 && !Arrays.equals(hidden, BytePath.HERE);
    return isName && !BytePath.isParent(hidden) ? Kind.PLAIN : Kind.HOSTILE;
  }

  private static byte[] hidden(byte[] name) {
    return Arrays.copyOfRange(name, PREFIX.length, name.length);
  }

  /// Hides one name, if a layer below has it: a whiteout over nothing would show as a file.
  void hide(byte[] path) throws IOException {
    LayerDirectory parent = tree.findParentOf(path);
    if (parent != null) {
      hide(parent, hidden(LayerTree.lastName(path)));
    }
  }

  /// As above, by the directory that the name is in.
  void hide(LayerDirectory parent, byte[] name) throws IOException {
    if (parent.severed) {
      return;
    }
    LayerDirectory child = parent.child(name);
    if (child != null && child.made) {
      hideBelow(child);
      return;
    }
    Stat own = tree.own(parent, name);
    if (own != null || !tree.below().contains(parent, name)) {
      return;
    }
    tree.forgetChild(parent, name);
    tree.make(parent);
    try {
      Linux.mknodat(tree.directory(parent), name, FileType.CHARACTER_DEVICE, 0, 0);
    } catch (LinuxException e) {
      if (e.errno() == Errno.EPERM || e.errno() == Errno.EOPNOTSUPP) {
        throw new UnsuitedFileSystemException(
            "the file system where layers are unpacked cannot hold whiteouts (character devices"
                + " 0:0), and a layer takes "
                + TarEntry.text(BytePath.join(parent.path(), name))
                + " away from those below it",
            false,
            e);
      }
      throw e;
    }
    parent.addWhiteout(name);
  }

  /// Hides all that the layers below have in the directory that holds the entry.
  void hideAll(byte[] path) throws IOException {
    LayerDirectory directory = tree.findParentOf(path);
    if (directory != null && !directory.severed) {
      tree.make(directory);
      hideBelow(directory);
    }
  }

  private static void hideBelow(LayerDirectory directory) {
    if (!directory.severed) {
      directory.opaque = true;
      directory.sever();
    }
  }

  /// Tells overlayfs that a directory hides what lies below it.
  ///
  /// @return false where the file system cannot hold the attribute
  static boolean setOpaque(Fd directory, OverlayForm form) throws LinuxException {
    try {
      Xattr.set(directory, form.opaqueAttribute(), YES);
      return true;
    } catch (LinuxException e) {
      if (e.errno() == Errno.EPERM || e.errno() == Errno.EOPNOTSUPP) {
        return false;
      }
      throw e;
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

package nsbox.cli.command;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.engine.ContainerView;
import nsbox.linux.Errno;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;
import nsbox.linux.OpenFlag;
import nsbox.linux.Resolve;
import nsbox.linux.Stat;

/// A tree that `cp` copies from or to: the host's, or a container's.
///
/// Names in a container are resolved by the kernel below its root, so no link of it leads out; and
/// what was found is held by a descriptor, so nobody puts something else in its place.
final class CopyPlace implements Closeable {
  private static final int LINK_LIMIT = 40;

  private final Fd root;
  private final boolean host;

  private CopyPlace(Fd root, boolean host) {
    this.root = root;
    this.host = host;
  }

  /// What a path names.
  ///
  /// @param parent the directory that it is in
  /// @param name in that; empty for the directory itself, which is then the root
  /// @param base the last word of the path as the user wrote it
  /// @param stat null where there is nothing of that name
  record Found(Fd parent, byte[] name, String base, Stat stat) implements AutoCloseable {
    boolean isDirectory() {
      return stat != null && stat.isDirectory();
    }

    /// The directory that it is.
    Fd open() throws LinuxException {
      byte[] path = name.length == 0 ? new byte[] {'.'} : name;
      return Linux.openat2(
          parent,
          path,
          OpenFlag.READ | OpenFlag.DIRECTORY | OpenFlag.NOFOLLOW,
          0,
          Resolve.BENEATH | Resolve.NO_SYMLINKS);
    }

    @Override
    public void close() {
      parent.close();
    }
  }

  static CopyPlace ofHost() throws LinuxException {
    return new CopyPlace(open("/"), true);
  }

  static CopyPlace of(ContainerView view) throws LinuxException {
    return new CopyPlace(open(view.root().toString()), false);
  }

  private static Fd open(String path) throws LinuxException {
    return Linux.openat2(Fd.NONE, bytes(path), OpenFlag.PATH | OpenFlag.DIRECTORY, 0, 0);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// @param path absolute
  /// @param follows a link is what it leads to
  /// @throws Failure if the directory is missing that it is in
  Found find(String path, boolean follows) throws IOException, Failure {
    String asked = Path.of("/" + path).normalize().toString();
    String base = asked.equals("/") ? "/" : Path.of(asked).getFileName().toString();
    String at = asked;
    for (int links = 0; links < LINK_LIMIT; links++) {
      if (at.equals("/")) {
        Fd self = directory("/", asked);
        return new Found(self, new byte[0], base, Linux.fstat(self));
      }
      Path folder = Path.of(at).getParent();
      byte[] name = bytes(Path.of(at).getFileName().toString());
      Fd parent = directory(folder.toString(), asked);
      Stat stat = Linux.lstatat(parent, name);
      if (!follows || stat == null || !stat.isSymbolicLink()) {
        return new Found(parent, name, base, stat);
      }
      String target = new String(Linux.readlinkat(parent, name), StandardCharsets.UTF_8);
      parent.close();
      /* As text: a link with '..' behind another link is the one case in which the kernel knows better. */
      at = folder.resolve(target).normalize().toString();
    }
    throw new Failure("cp: " + asked + ": too many links");
  }

  private Fd directory(String path, String asked) throws IOException, Failure {
    try {
      String below = path.equals("/") ? "." : path.substring(1);
      long resolve = host ? 0 : Resolve.IN_ROOT | Resolve.NO_MAGICLINKS;
      return Linux.openat2(root, bytes(below), OpenFlag.PATH | OpenFlag.DIRECTORY, 0, resolve);
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
        throw new Failure("cp: " + asked + ": no such file or directory", e);
      }
      throw e;
    }
  }

  @Override
  public void close() {
    root.close();
  }

  /// The path as one of the tree's root: those of the host start where the user is.
  static String absolute(CopyArgument argument, Optional<String> directory) {
    return argument.container().isPresent() || argument.path().startsWith("/")
        ? argument.path()
        : directory.orElse("") + "/" + argument.path();
  }
}

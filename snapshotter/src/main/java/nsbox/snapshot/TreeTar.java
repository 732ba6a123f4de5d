package nsbox.snapshot;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;
import nsbox.linux.Timestamp;

/// The tar of a file, or of a directory with all that is in it, as it is to be seen: no layer, so
/// no name in it means anything else.
///
/// Others may change the tree meanwhile. The tar is sound then too; what changed under the reader's
/// hands is told.
public final class TreeTar {
  private TreeTar() {}

  /// Writes the tar, and flushes.
  ///
  /// @param name of the file or directory in `directory`; empty for `directory` itself. A link is
  ///   not followed
  /// @param as the name that it gets in the tar; empty for none, of a directory
  /// @param out not closed
  /// @return the files that changed while they were read, or had gone when their turn came
  public static List<String> write(Fd directory, byte[] name, byte[] as, OutputStream out)
      throws IOException {
    TarWriter tar = new TarWriter(out);
    Timestamp limit = new Timestamp(Instant.MAX.getEpochSecond(), 0);
    OverlayAttributes attributes = new OverlayAttributes(false);
    List<String> changed;
    if (name.length == 0 || isDirectory(directory, name)) {
      try (Fd root = Names.openDirectory(directory, name)) {
        DiffWalk walk = new DiffWalk(root, tar, attributes, limit, as);
        walk.run(false);
        changed = walk.changed();
      }
    } else {
      DiffWalk walk = new DiffWalk(directory, tar, attributes, limit, as);
      walk.runFile(directory, name);
      changed = walk.changed();
    }
    tar.finish();
    return changed;
  }

  private static boolean isDirectory(Fd directory, byte[] name) throws LinuxException {
    var stat = Linux.lstatat(directory, name);
    return stat != null && stat.isDirectory();
  }
}

package nsbox.snapshot;

import nsbox.linux.Errno;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.LinuxException;
import nsbox.linux.Stat;

/// What is to become of names that are taken already, where files are copied to.
final class Targets {
  private static final int PERMISSIONS = 0700;

  private Targets() {}

  /// The directory of that name, made where it is missing.
  static Fd directory(Fd dir, byte[] name, CopyRules rules)
      throws LinuxException, UnsuitableTargetException {
    Stat there = Linux.lstatat(dir, name);
    if (there != null && !there.isDirectory()) {
      if (!rules.overwrite()) {
        throw new UnsuitableTargetException(
            "cannot overwrite non-directory " + TarEntry.text(name) + " with a directory");
      }
      Linux.unlinkat(dir, name);
      there = null;
    }
    if (there == null) {
      Linux.mkdirat(dir, name, PERMISSIONS);
    }
    return Names.openDirectory(dir, name);
  }

  /// Takes a file of that name away.
  static void clear(Fd dir, byte[] name, CopyRules rules)
      throws LinuxException, UnsuitableTargetException {
    Stat there = Linux.lstatat(dir, name);
    if (there == null) {
      return;
    }
    if (there.isDirectory() && !rules.overwrite()) {
      throw new UnsuitableTargetException(
          "cannot overwrite directory " + TarEntry.text(name) + " with a non-directory");
    }
    try {
      Names.remove(dir, name);
    } catch (LinuxException e) {
      /* Who copies to the same place was quicker. */
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }
}

package nsbox.linux;

/// Limits on what the files of a directory may take up, on file systems that count by project.
///
/// A project is a number; each file has one, and a new file has that of its directory.
///
/// @spec https://man7.org/linux/man-pages/man2/quotactl.2.html
public final class ProjectQuota {
  private static final long GET_ATTRIBUTES = 0x801c581fL;
  private static final long SET_ATTRIBUTES = 0x401c5820L;
  private static final int INHERIT = 0x200;
  private static final int PROJECT_OFFSET = 12;

  private static final long SET_PROJECT_LIMITS = 0x800008L << 8 | 2;
  private static final int LIMIT_WORDS = 9;
  private static final long ONLY_SPACE = 1;
  private static final long BLOCK_BYTES = 1024;

  private ProjectQuota() {}

  /// Makes an empty directory, and all that will be in it, part of a project.
  ///
  /// @throws LinuxException with `ENOTTY` or `EOPNOTSUPP` where the file system knows no projects
  public static void setProject(Fd directory, int project) throws LinuxException {
    Kernel kernel = Kernel.current();
    int number = directory.number();
    Kernel.check(Call.IOCTL, directory, number, GET_ATTRIBUTES, kernel.struct(), 0, 0);
    long flagsAndExtentSize = kernel.getLong(0) | INHERIT;
    long extents = kernel.getUnsignedInt(PROJECT_OFFSET - Integer.BYTES);
    kernel.putLong(0, flagsAndExtentSize);
    kernel.putLong(PROJECT_OFFSET - Integer.BYTES, extents | (long) project << Integer.SIZE);
    Kernel.check(Call.IOCTL, directory, number, SET_ATTRIBUTES, kernel.struct(), 0, 0);
  }

  /// Limits the space that the files of a project take up together. Who goes beyond it gets
  /// `EDQUOT`, which most programs call "disk quota exceeded".
  ///
  /// @param file any of the file system
  /// @param bytes counted in blocks of 1024 bytes, the last one whole
  /// @throws LinuxException with `ESRCH` or `ENOSYS` where quotas are not switched on
  public static void setLimit(Fd file, int project, long bytes) throws LinuxException {
    Kernel kernel = Kernel.current();
    for (int word = 0; word < LIMIT_WORDS; word++) {
      kernel.putLong(word * Long.BYTES, 0);
    }
    kernel.putLong(0, (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES);
    kernel.putLong((LIMIT_WORDS - 1) * Long.BYTES, ONLY_SPACE);
    Kernel.check(
        Call.QUOTACTL_FD, file, file.number(), SET_PROJECT_LIMITS, project, kernel.struct(), 0);
  }
}

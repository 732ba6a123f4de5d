package nsbox.linux;

/// Content of files, moved and looked at inside of the kernel: what a copy of a file is made with.
///
/// Not every file system can do each of this. A method says so by its result, and its caller goes
/// the longer way; every other failure is a [LinuxException].
public final class FileContent {
  /// `_IOW(0x94, 9, int)`, alike on both machines.
  private static final long FICLONE = 0x40049409;

  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;

  private FileContent() {}

  /// Gives an empty file the content of another, both sharing the blocks until one is written to.
  ///
  /// @return false where these file systems cannot do that; then nothing has changed
  /// @spec https://man7.org/linux/man-pages/man2/ioctl_ficlone.2.html
  public static boolean share(Fd source, Fd target) throws LinuxException {
    long answer =
        Kernel.current().call(Call.IOCTL, target.number(), FICLONE, source.number(), 0, 0);
    return isDone("ioctl_ficlone", target, answer);
  }

  /// Copies from the position of one file to the position of another, and moves both.
  ///
  /// @return how many bytes, less than `length` too; 0 at the end of the source, and where these
  ///   file systems cannot do that
  /// @spec https://man7.org/linux/man-pages/man2/copy_file_range.2.html
  public static long copy(Fd source, Fd target, long length) throws LinuxException {
    while (true) {
      long answer =
          Kernel.current()
              .call(Call.COPY_FILE_RANGE, source.number(), 0, target.number(), 0, length, 0);
      if (answer != -Errno.EINTR) {
        return isDone("copy_file_range", target, answer) ? answer : 0;
      }
    }
  }

  private static boolean isDone(String call, Fd target, long answer) throws LinuxException {
    if (answer >= 0) {
      return true;
    }
    int errno = (int) -answer;
    if (errno == Errno.EOPNOTSUPP
        || errno == Errno.EXDEV
        || errno == Errno.EINVAL
        || errno == Errno.ENOTTY
        || errno == Errno.ENOSYS) {
      return false;
    }
    throw new LinuxException(call, target.toString(), errno);
  }

  /// Where the next data begins, from a byte on; the file's position moves.
  ///
  /// @return -1 where nothing but a hole follows
  /// @spec https://man7.org/linux/man-pages/man2/lseek.2.html
  public static long nextData(Fd file, long from) throws LinuxException {
    long answer = Kernel.current().call(Call.LSEEK, file.number(), from, SEEK_DATA, 0, 0);
    if (answer == -Errno.ENXIO) {
      return -1;
    }
    return checked(file, answer);
  }

  /// Where the next hole begins, from a byte on; the end of the file counts as one. The file's
  /// position moves.
  public static long nextHole(Fd file, long from) throws LinuxException {
    return checked(file, Kernel.current().call(Call.LSEEK, file.number(), from, SEEK_HOLE, 0, 0));
  }

  private static long checked(Fd file, long answer) throws LinuxException {
    if (answer < 0) {
      throw new LinuxException("lseek", file.toString(), (int) -answer);
    }
    return answer;
  }
}

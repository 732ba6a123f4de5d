package nsbox.cli;

/// What error numbers of Linux mean, in words. The C library's strerror(3) is out of reach here.
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ENOEXEC = 8;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int ENOTDIR = 20;
  public static final int EISDIR = 21;
  public static final int ENOSPC = 28;
  public static final int ELOOP = 40;
  public static final int EBADMSG = 74;
  public static final int ETIMEDOUT = 110;

  /// Also how the front says that a container's monitor died before it could answer.
  public static final int EOWNERDEAD = 130;

  private Errno() {}

  public static String text(int errno) {
    return switch (errno) {
      case EPERM -> "operation not permitted";
      case ENOENT -> "no such file or directory";
      case 3 -> "no such process";
      case 5 -> "input/output error";
      case 7 -> "argument list too long";
      case ENOEXEC -> "exec format error";
      case 11 -> "resource temporarily unavailable";
      case 12 -> "out of memory";
      case EACCES -> "permission denied";
      case EBUSY -> "device or resource busy";
      case 17 -> "file exists";
      case 19 -> "no such device";
      case ENOTDIR -> "not a directory";
      case EISDIR -> "is a directory";
      case 22 -> "invalid argument";
      case 24 -> "too many open files";
      case 26 -> "text file busy";
      case ENOSPC -> "no space left on device";
      case 30 -> "read-only file system";
      case 36 -> "file name too long";
      case 38 -> "not known to this kernel";
      case 39 -> "directory not empty";
      case ELOOP -> "a symbolic link stands where none may be";
      case EBADMSG -> "a damaged file";
      case 95 -> "operation not supported";
      case ETIMEDOUT -> "timed out";
      case EOWNERDEAD -> "the monitor is gone";
      default -> "error " + errno;
    };
  }
}

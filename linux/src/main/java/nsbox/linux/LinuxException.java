package nsbox.linux;

import java.io.IOException;

/// A system call that failed.
public final class LinuxException extends IOException {
  private static final long serialVersionUID = 1;

  private final String call;
  private final String object;
  private final int errno;

  LinuxException(String call, String object, int errno) {
    super(call + " " + object + ": " + Errno.symbol(errno));
    this.call = call;
    this.object = object;
    this.errno = errno;
  }

  /// The name of the call, as in its manual page.
  public String call() {
    return call;
  }

  /// What the call was made on: a name or a descriptor, for people to read.
  public String object() {
    return object;
  }

  public int errno() {
    return errno;
  }

  /// As C knows it: `ENOENT`.
  public String symbol() {
    return Errno.symbol(errno);
  }
}

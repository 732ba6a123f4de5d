package nsbox.linux;

/// An open file descriptor. Closing it twice is harmless; using it after closing is an error.
public final class Fd implements AutoCloseable {
  /// Stands for the working directory where a call takes a directory: for absolute names only.
  public static final Fd NONE = new Fd(-100);

  private int number;

  Fd(int number) {
    this.number = number;
  }

  int number() {
    if (number == -1) {
      throw new IllegalStateException("file descriptor used after it was closed");
    }
    return number;
  }

  /// The name by which the kernel itself finds this descriptor again, for calls that take only
  /// names.
  public String procPath() {
    return "/proc/self/fd/" + number();
  }

  @Override
  public void close() {
    if (number >= 0) {
      Kernel.current().call(Call.CLOSE, number, 0, 0, 0, 0);
      number = -1;
    }
  }

  @Override
  public String toString() {
    return "fd " + number;
  }
}

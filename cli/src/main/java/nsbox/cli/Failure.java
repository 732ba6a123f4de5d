package nsbox.cli;

/// Why a command ends without doing what it was asked: the sentence for the user, and the exit
/// code.
///
/// The text says what could not be done to which object; further lines say what was found and what
/// to do.
public final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  /// nsbox itself failed, as docker and podman number it.
  public static final int NSBOX = 125;

  /// The program is there and cannot be run.
  public static final int NOT_EXECUTABLE = 126;

  /// The program is not there.
  public static final int NOT_FOUND = 127;

  private final int exitCode;

  public Failure(String text) {
    this(NSBOX, text, null);
  }

  public Failure(String text, Throwable cause) {
    this(NSBOX, text, cause);
  }

  public Failure(int exitCode, String text, Throwable cause) {
    super(text, cause);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}

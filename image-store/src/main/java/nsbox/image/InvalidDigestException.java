package nsbox.image;

/// Text that is not a digest nsbox can check.
public final class InvalidDigestException extends ImageException {
  private static final long serialVersionUID = 1L;

  private final String input;
  private final String reason;

  public InvalidDigestException(String input, String reason) {
    super("not a digest: \"" + input + "\": " + reason);
    this.input = input;
    this.reason = reason;
  }

  public String input() {
    return input;
  }

  public String reason() {
    return reason;
  }
}

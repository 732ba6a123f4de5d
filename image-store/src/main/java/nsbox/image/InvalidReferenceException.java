package nsbox.image;

/// Text that is not an image reference.
public final class InvalidReferenceException extends ImageException {
  private static final long serialVersionUID = 1L;

  private final String input;
  private final String reason;

  public InvalidReferenceException(String input, String reason) {
    super("not an image reference: \"" + input + "\": " + reason);
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

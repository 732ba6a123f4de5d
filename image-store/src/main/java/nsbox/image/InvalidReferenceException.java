package nsbox.image;

/// Text that is not an image reference.
public final class InvalidReferenceException extends ImageException {
  private static final long serialVersionUID = 1L;

  private final String input;
  private final String reason;

  public InvalidReferenceException(String input, String reason) {
    super("not an image reference: \"" + visible(input) + "\": " + reason);
    this.input = input;
    this.reason = reason;
  }

  /* Archives and layouts say it too, and a terminal would obey control characters. */
  private static String visible(String text) {
    StringBuilder visible = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        visible.append(String.format("\\u%04x", (int) c));
      } else {
        visible.append(c);
      }
    }
    return visible.toString();
  }

  public String input() {
    return input;
  }

  public String reason() {
    return reason;
  }
}

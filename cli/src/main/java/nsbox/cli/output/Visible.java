package nsbox.cli.output;

/// Makes control characters visible, as `\\x1b`.
public final class Visible {
  private static final int DELETE = 0x7f;
  private static final int LAST_C1 = 0x9f;

  private Visible() {}

  /// As [#text], but for text of several lines: line breaks and tabs stay.
  public static String lines(String text) {
    return text(text, "\n\t");
  }

  public static String text(String text) {
    return text(text, "");
  }

  private static String text(String text, String kept) {
    StringBuilder visible = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean control = c < ' ' || c >= DELETE && c <= LAST_C1;
      control = control && kept.indexOf(c) < 0;
      if (control && visible == null) {
        visible = new StringBuilder(text.substring(0, i));
      }
      if (control) {
        visible
            .append("\\x")
            .append(Character.forDigit(c >> 4, 16))
            .append(Character.forDigit(c & 15, 16));
      } else if (visible != null) {
        visible.append(c);
      }
    }
    return visible == null ? text : visible.toString();
  }
}

package nsbox.registry;

/// A server's words, fit for a terminal and of bounded length.
final class VisibleText {
  private static final int MAX_CHARS = 300;

  private VisibleText() {}

  /// Control characters become `\\u001b` and the like; the rest is cut at 300 characters.
  static String of(String text) {
    if (text == null) {
      return "no reason given";
    }
    StringBuilder visible = new StringBuilder();
    int i = 0;
    while (i < text.length() && visible.length() < MAX_CHARS) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (hidden(c)) {
        visible.append(String.format("\\u%04x", c));
      } else {
        visible.appendCodePoint(c);
      }
    }
    return i < text.length() ? visible.append('…').toString() : visible.toString();
  }

  /// Also what turns the direction of writing: it can make a text read as another.
  private static boolean hidden(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.PRIVATE_USE ->
          true;
      default -> false;
    };
  }
}

package nsbox.runtime.state;

/// Names that become names of files: containers' names, and IDs that a caller chose.
public final class Identifiers {
  private Identifiers() {}

  /// True for 1 to `longest` letters, digits and characters of `others`, with a letter or digit
  /// first. So none is `.`, `..` or a path.
  public static boolean isValid(String text, int longest, String others) {
    boolean valid = !text.isEmpty() && text.length() <= longest;
    for (int i = 0; valid && i < text.length(); i++) {
      char c = text.charAt(i);
      boolean alphanumeric = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      valid = alphanumeric || i > 0 && others.indexOf(c) >= 0;
    }
    return valid;
  }
}

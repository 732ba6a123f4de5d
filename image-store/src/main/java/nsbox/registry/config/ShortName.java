package nsbox.registry.config;

/// A name without a registry, as people type it.
///
/// @param name without tag and digest, the key of an alias
/// @param suffix tag and digest with their marks, or nothing
record ShortName(String name, String suffix) {

  /// Whether a name leaves the registry out: as docker has it, one shows itself by a dot, a colon
  /// or an upper case letter, or is `localhost`.
  static boolean is(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return true;
    }
    String first = text.substring(0, slash);
    return !first.equals("localhost")
        && first.chars().noneMatch(c -> c == '.' || c == ':' || c >= 'A' && c <= 'Z');
  }

  static ShortName of(String text) {
    int at = text.indexOf('@');
    int end = at < 0 ? text.length() : at;
    int colon = text.lastIndexOf(':', end - 1);
    if (colon > text.lastIndexOf('/', end - 1)) {
      end = colon;
    }
    return new ShortName(text.substring(0, end), text.substring(end));
  }
}

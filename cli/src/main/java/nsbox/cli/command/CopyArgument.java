package nsbox.cli.command;

import java.util.Optional;

/// One argument of `cp`, by docker's rules: `-`, a path of the host, or `CONTAINER:PATH`.
///
/// @param container as the user named it; empty for the host
/// @param path as the user typed it
record CopyArgument(Optional<String> container, String path) {
  static CopyArgument parse(String text) {
    int colon = text.indexOf(':');
    boolean host = colon < 1 || text.startsWith("/") || text.startsWith(".");
    return host
        ? new CopyArgument(Optional.empty(), text)
        : new CopyArgument(Optional.of(text.substring(0, colon)), text.substring(colon + 1));
  }

  boolean isStream() {
    return container.isEmpty() && path.equals("-");
  }

  /// Whether it names what is in a directory, and not the directory.
  boolean meansContents() {
    return path.equals(".") || path.endsWith("/.");
  }

  /// Whether it can only name a directory.
  boolean meansDirectory() {
    return meansContents() || path.endsWith("/") || path.endsWith("/..") || path.equals("..");
  }
}

package nsbox.bundle.seccomp;

import java.util.Optional;

/// The first two numbers of a kernel's version.
record KernelVersion(int major, int minor) {
  /// Enough for any kernel, and an int holds them.
  private static final int MAX_DIGITS = 9;

  /// Reads `6.1` out of `6.1.0-18-amd64`.
  ///
  /// @throws IllegalArgumentException if the text does not start with two numbers
  static KernelVersion ofRelease(String release) {
    return parse(release)
        .orElseThrow(() -> new IllegalArgumentException("not a kernel release: " + release));
  }

  /// @return empty if the text does not start with two numbers and a dot between them
  static Optional<KernelVersion> parse(String text) {
    int dot = digitsFrom(text, 0);
    if (dot == 0 || dot == text.length() || text.charAt(dot) != '.') {
      return Optional.empty();
    }
    int end = digitsFrom(text, dot + 1);
    if (end == dot + 1 || dot > MAX_DIGITS || end - dot > MAX_DIGITS) {
      return Optional.empty();
    }
    return Optional.of(
        new KernelVersion(
            Integer.parseInt(text, 0, dot, 10), Integer.parseInt(text, dot + 1, end, 10)));
  }

  boolean isAtLeast(KernelVersion other) {
    return major > other.major || major == other.major && minor >= other.minor;
  }

  private static int digitsFrom(String text, int start) {
    int at = start;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }
}

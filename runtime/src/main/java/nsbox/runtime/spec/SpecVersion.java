package nsbox.runtime.spec;

import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// `ociVersion`: three numbers, and behind them what SemVer allows, such as podman's `1.0.2-dev`.
///
/// @spec https://semver.org/spec/v2.0.0.html
final class SpecVersion {
  private static final int NUMBERS = 3;

  private SpecVersion() {}

  /// @throws JsonException if it is no version
  /// @throws UnsupportedSpecException if it is one that is not 1.x
  static void check(JsonObject config) throws JsonException, UnsupportedSpecException {
    String version = config.string("ociVersion");
    int at = 0;
    for (int i = 0; i < NUMBERS; i++) {
      int end = endOfNumber(version, at);
      boolean last = i == NUMBERS - 1;
      if (end == at || end - at > 1 && version.charAt(at) == '0') {
        throw malformed(config, version);
      }
      if (!last && (end == version.length() || version.charAt(end) != '.')) {
        throw malformed(config, version);
      }
      at = last ? end : end + 1;
    }
    if (!isSuffix(version, at)) {
      throw malformed(config, version);
    }
    if (!version.startsWith("1.")) {
      throw new UnsupportedSpecException("ociVersion", version + ", expected 1.x");
    }
  }

  private static int endOfNumber(String text, int start) {
    int end = start;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }

  private static boolean isSuffix(String text, int start) {
    if (start == text.length()) {
      return true;
    }
    boolean valid = text.length() > start + 1;
    valid = valid && (text.charAt(start) == '-' || text.charAt(start) == '+');
    for (int i = start + 1; valid && i < text.length(); i++) {
      char c = text.charAt(i);
      boolean alphanumeric = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      valid = alphanumeric || c == '-' || c == '.' || c == '+';
    }
    return valid;
  }

  private static JsonException malformed(JsonObject config, String version) {
    return new JsonException(
        config.locationOf("ociVersion") + ": " + version + " is no version, expected 1.x.y");
  }
}

package nsbox.bundle;

import java.util.ArrayList;
import java.util.List;
import nsbox.bundle.options.SecurityOptions;
import nsbox.json.JsonObject;

/// `linux.maskedPaths` and `linux.readonlyPaths` of config.json.
final class HiddenPaths {
  private final SecurityOptions options;
  private final Origins origins;

  HiddenPaths(SecurityOptions options, Origins origins) {
    this.options = options;
    this.origins = origins;
  }

  void add(JsonObject linux) {
    List<String> masked = kept(DefaultPolicy.MASKED_PATHS);
    masked.addAll(options.masked());
    linux.put("maskedPaths", masked);
    origins.note(
        "linux.maskedPaths", String.join(" ", masked), source(!options.masked().isEmpty()));
    List<String> readonly = kept(DefaultPolicy.READONLY_PATHS);
    linux.put("readonlyPaths", readonly);
    origins.note("linux.readonlyPaths", String.join(" ", readonly), source(false));
  }

  private List<String> kept(List<String> policy) {
    List<String> kept = new ArrayList<>();
    for (String path : policy) {
      if (!isUnmasked(path)) {
        kept.add(path);
      }
    }
    return kept;
  }

  private boolean isUnmasked(String path) {
    if (options.privileged()) {
      return true;
    }
    for (String pattern : options.unmasked()) {
      if (pattern.equals("ALL") || matches(pattern, 0, path, 0)) {
        return true;
      }
    }
    return false;
  }

  private String source(boolean more) {
    if (options.privileged()) {
      return "--privileged";
    }
    return more || !options.unmasked().isEmpty() ? "default and --security-opt" : "default";
  }

  /// As glob(7) has it with `*` and `?`, neither of which is a slash.
  static boolean matches(String pattern, int at, String path, int from) {
    if (at == pattern.length()) {
      return from == path.length();
    }
    char c = pattern.charAt(at);
    if (c == '*') {
      for (int end = from; end <= path.length(); end++) {
        if (matches(pattern, at + 1, path, end)) {
          return true;
        }
        if (end < path.length() && path.charAt(end) == '/') {
          return false;
        }
      }
      return false;
    }
    return from < path.length()
        && (c == path.charAt(from) || c == '?' && path.charAt(from) != '/')
        && matches(pattern, at + 1, path, from + 1);
  }
}

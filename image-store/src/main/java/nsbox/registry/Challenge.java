package nsbox.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// One way in which a server lets clients show who they are.
///
/// @param scheme in lower case: `basic`, `bearer`
/// @param parameters by name in lower case
/// @spec https://www.rfc-editor.org/rfc/rfc9110#name-www-authenticate WWW-Authenticate
record Challenge(String scheme, Map<String, String> parameters) {
  Optional<String> parameter(String name) {
    return Optional.ofNullable(parameters.get(name)).filter(text -> !text.isEmpty());
  }

  /// Reads headers, each of which may hold several challenges; what cannot be read ends its header.
  static List<Challenge> parse(List<String> headers) {
    List<Challenge> challenges = new ArrayList<>();
    for (String header : headers) {
      new Reader(header).readInto(challenges);
    }
    return challenges;
  }

  static Optional<Challenge> of(List<Challenge> challenges, String scheme) {
    return challenges.stream().filter(each -> each.scheme.equals(scheme)).findFirst();
  }

  /// A word followed by `=` is a parameter of the last scheme, any other word is the next scheme.
  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    void readInto(List<Challenge> challenges) {
      Map<String, String> parameters = null;
      while (true) {
        skip(" \t,");
        String word = word();
        if (word.isEmpty()) {
          return;
        }
        skip(" \t");
        if (parameters != null && at < text.length() && text.charAt(at) == '=') {
          at++;
          skip(" \t");
          parameters.putIfAbsent(word.toLowerCase(Locale.ROOT), value());
        } else {
          parameters = new HashMap<>();
          challenges.add(new Challenge(word.toLowerCase(Locale.ROOT), parameters));
        }
      }
    }

    private void skip(String characters) {
      while (at < text.length() && characters.indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private String word() {
      int start = at;
      while (at < text.length() && " \t,=\"".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      return text.substring(start, at);
    }

    private String value() {
      if (at >= text.length() || text.charAt(at) != '"') {
        return word();
      }
      StringBuilder value = new StringBuilder();
      at++;
      while (at < text.length() && text.charAt(at) != '"') {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          at++;
        }
        value.append(text.charAt(at));
        at++;
      }
      at++;
      return value.toString();
    }
  }
}

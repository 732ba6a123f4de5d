package nsbox.archive;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// The text after an instruction's name, read as a Dockerfile is read.
///
/// @spec https://docs.docker.com/reference/dockerfile/ Quotes, escapes and variables
final class DockerfileText {
  private final String text;
  private final Map<String, String> environment;

  /// @param environment for `$NAME` and `${NAME}`; a name that is not there is empty
  DockerfileText(String text, Map<String, String> environment) {
    this.text = text;
    this.environment = environment;
  }

  /// The elements of a JSON list of strings; empty where the text is none, and so a shell's.
  Optional<List<String>> list() {
    if (!text.startsWith("[")) {
      return Optional.empty();
    }
    try {
      byte[] wrapped = ("{\"list\":" + text + "}").getBytes(StandardCharsets.UTF_8);
      JsonObject object = Json.parse(wrapped, text);
      return object.members().size() == 1 ? Optional.of(object.strings("list")) : Optional.empty();
    } catch (JsonException e) {
      // As docker has it: brackets that hold no JSON are the shell's.
      return Optional.empty();
    }
  }

  /// The words as they were written, quotes included, parted by blanks outside of quotes.
  List<String> rawWords() {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote == 0 && Character.isWhitespace(c)) {
        if (!word.isEmpty()) {
          words.add(word.toString());
          word.setLength(0);
        }
        continue;
      }
      word.append(c);
      if (c == '\\' && quote != '\'' && i + 1 < text.length()) {
        word.append(text.charAt(++i));
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      }
    }
    if (!word.isEmpty()) {
      words.add(word.toString());
    }
    return words;
  }

  /// The words without their quotes, variables put in.
  List<String> words() throws InvalidChangeException {
    List<String> words = new ArrayList<>();
    for (String raw : rawWords()) {
      words.add(plain(raw));
    }
    return words;
  }

  /// The whole text without quotes, variables put in.
  String plain() throws InvalidChangeException {
    return plain(text);
  }

  /// A part of the text without quotes, variables put in.
  ///
  /// @throws InvalidChangeException if a quote or a brace is not closed
  String plain(String part) throws InvalidChangeException {
    StringBuilder plain = new StringBuilder();
    char quote = 0;
    int i = 0;
    while (i < part.length()) {
      char c = part.charAt(i);
      if (quote != '\'' && c == '$') {
        i = variable(part, i, plain);
        continue;
      }
      if (c == '\\' && quote != '\'' && i + 1 < part.length()) {
        char next = part.charAt(++i);
        /* In double quotes a backslash is one, except before these. */
        plain.append(quote == '"' && "\"$\\".indexOf(next) < 0 ? "\\" : "").append(next);
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else if (quote != 0 && c == quote) {
        quote = 0;
      } else {
        plain.append(c);
      }
      i++;
    }
    if (quote != 0) {
      throw new InvalidChangeException(part, "a quote is not closed");
    }
    return plain.toString();
  }

  /// Puts in the variable that begins at `at`.
  ///
  /// @return where the text goes on
  private int variable(String part, int at, StringBuilder plain) throws InvalidChangeException {
    boolean braces = at + 1 < part.length() && part.charAt(at + 1) == '{';
    int start = at + (braces ? 2 : 1);
    int end = start;
    while (end < part.length() && isNamePart(part.charAt(end))) {
      end++;
    }
    String value = environment.getOrDefault(part.substring(start, end), "");
    if (!braces) {
      plain.append(end == start ? "$" : value);
      return end;
    }
    int close = part.indexOf('}', end);
    if (close < 0 || end == start) {
      throw new InvalidChangeException(part, "${ without a name and }");
    }
    String rule = part.substring(end, close);
    if (rule.startsWith(":-")) {
      plain.append(value.isEmpty() ? plain(rule.substring(2)) : value);
    } else if (rule.startsWith(":+")) {
      plain.append(value.isEmpty() ? "" : plain(rule.substring(2)));
    } else if (rule.isEmpty()) {
      plain.append(value);
    } else {
      throw new InvalidChangeException(part, "${NAME" + rule + "} is not known here");
    }
    return close + 1;
  }

  private static boolean isNamePart(char c) {
    return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
  }
}

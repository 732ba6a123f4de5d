package nsbox.cli.planner;

import java.util.List;
import nsbox.cli.Failure;

/// Goes over the options before the command; a value stands behind `=` or in the next word.
final class OptionWords {
  private final List<String> words;
  private int at;
  private String name = "";
  private String attached = "";
  private boolean hasAttached;

  /// @param words the first is the program's name
  OptionWords(List<String> words) {
    this.words = words;
  }

  /// Goes to the next option.
  ///
  /// @return false where the command stands, or nothing more
  boolean next() {
    at++;
    if (at >= words.size() || !words.get(at).startsWith("-")) {
      return false;
    }
    String word = words.get(at);
    int equals = word.indexOf('=');
    hasAttached = equals >= 0;
    name = hasAttached ? word.substring(0, equals) : word;
    attached = hasAttached ? word.substring(equals + 1) : "";
    return true;
  }

  String name() {
    return name;
  }

  /// The option's value, which may be empty.
  ///
  /// @param expected what it is, for the complaint that there is none
  String value(String expected) throws Failure {
    if (hasAttached) {
      return attached;
    }
    at++;
    if (at >= words.size()) {
      throw new Failure("option " + name + " needs " + expected);
    }
    return words.get(at);
  }

  /// As [#value], and not empty.
  String nonEmptyValue(String expected) throws Failure {
    String value = value(expected);
    if (value.isEmpty()) {
      throw new Failure("option " + name + " needs " + expected);
    }
    return value;
  }

  /// The value of an option that is on without one.
  boolean flag() throws Failure {
    return switch (hasAttached ? attached : "true") {
      case "true" -> true;
      case "false" -> false;
      default -> throw new Failure("option " + name + ": " + attached + ", expected true or false");
    };
  }

  /// One of some values, where the next word counts only if it is one of them.
  ///
  /// @param fallback what the option means alone
  String optionalValue(List<String> values, String fallback) {
    if (hasAttached) {
      return attached;
    }
    if (at + 1 < words.size() && values.contains(words.get(at + 1))) {
      at++;
      return words.get(at);
    }
    return fallback;
  }

  /// What stands behind the options.
  List<String> rest() {
    return words.subList(Math.min(at, words.size()), words.size());
  }
}

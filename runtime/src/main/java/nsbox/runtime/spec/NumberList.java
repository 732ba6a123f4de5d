package nsbox.runtime.spec;

import java.util.BitSet;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Lists of CPUs or memory nodes, as the kernel writes them: `0-3,7`.
///
/// @spec https://man7.org/linux/man-pages/man7/cpuset.7.html#FORMATS
final class NumberList {
  private NumberList() {}

  /// The numbers of a member; none where it is missing or empty.
  ///
  /// @param limit the first number that no machine has
  static BitSet parse(JsonObject object, String name, int limit) throws JsonException {
    String text = object.optionalString(name).orElse("");
    BitSet numbers = new BitSet();
    int at = 0;
    while (at < text.length()) {
      int comma = text.indexOf(',', at);
      int end = comma < 0 ? text.length() : comma;
      int dash = text.indexOf('-', at);
      boolean range = dash >= 0 && dash < end;
      int first = number(text, at, range ? dash : end, limit);
      int last = range ? number(text, dash + 1, end, limit) : first;
      if (first < 0 || last < first || end == text.length() - 1) {
        throw new JsonException(
            object.locationOf(name) + ": " + text + ", expected a list such as 0-3,7");
      }
      numbers.set(first, last + 1);
      at = end + 1;
    }
    return numbers;
  }

  /* -1 for what is no number below the limit. */
  private static int number(String text, int start, int end, int limit) {
    int number = start < end ? 0 : -1;
    for (int i = start; i < end && number >= 0; i++) {
      int digit = text.charAt(i) - '0';
      number = digit < 0 || digit > 9 ? -1 : number * 10 + digit;
      number = number < limit ? number : -1;
    }
    return number;
  }
}

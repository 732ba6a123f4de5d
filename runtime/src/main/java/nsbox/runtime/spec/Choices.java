package nsbox.runtime.spec;

import java.util.List;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Members that take a few values only; any other is an error that names the member and the value.
final class Choices {
  private Choices() {}

  /// Where a value of the member stands among those that it may have.
  static int index(JsonObject object, String name, String value, List<String> allowed)
      throws JsonException {
    int index = allowed.indexOf(value);
    if (index < 0) {
      throw new JsonException(
          object.locationOf(name)
              + ": "
              + value
              + ", expected one of "
              + String.join(", ", allowed));
    }
    return index;
  }

  /// A number within limits; 0 where it is missing, which must be allowed then.
  static long number(JsonObject object, String name, long least, long most) throws JsonException {
    long number = object.optionalNumber(name).orElse(0L);
    if (number < least || number > most) {
      throw new JsonException(
          object.locationOf(name) + ": " + number + ", expected " + least + " to " + most);
    }
    return number;
  }
}

package nsbox.runtime.spec;

import java.util.List;
import nsbox.json.JsonObject;

/// Refuses what the specification knows and this runtime does not apply.
final class Refusals {
  static final String REASON = "this version of nsbox does not apply it";

  private Refusals() {}

  /// @throws UnsupportedSpecException if one of the members is there and says anything
  static void refuse(JsonObject object, List<String> names) throws UnsupportedSpecException {
    for (String name : names) {
      Object value = object.members().get(name);
      if (!saysNothing(value)) {
        throw new UnsupportedSpecException(object.locationOf(name), REASON);
      }
    }
  }

  /// Whether a value is what engines write where nobody asked for anything.
  static boolean saysNothing(Object value) {
    if (value instanceof JsonObject object) {
      for (Object member : object.members().values()) {
        if (!saysNothing(member)) {
          return false;
        }
      }
      return true;
    }
    return value == null
        || value.equals("")
        || value.equals(0L)
        || value.equals(false)
        || value instanceof List<?> list && list.isEmpty();
  }
}

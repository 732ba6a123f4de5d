package nsbox.runtime.cgroup;

import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Reads numbers of `linux.resources`, where zero mostly means that nobody asked for anything.
final class Fields {
  static final long UINT16 = 0xffffL;
  static final long UINT32 = 0xffffffffL;

  private Fields() {}

  /// A limit of which -1 says that there is none, and 0 that nothing is to change.
  static Optional<Long> limit(JsonObject object, String name) throws JsonException {
    Optional<Long> value = object.optionalNumber(name);
    if (value.isPresent() && value.get() < -1) {
      throw wrong(object, name, value.get(), "a limit, or -1 for none");
    }
    return unlessZero(value);
  }

  /// A number up to 2^64-1; 0 is as good as no number.
  static Optional<Long> unsigned(JsonObject object, String name) throws JsonException {
    return object.has(name) ? unlessZero(Optional.of(object.unsigned(name))) : Optional.empty();
  }

  /// A number in a range; 0 is as good as no number.
  static Optional<Long> between(JsonObject object, String name, long least, long most)
      throws JsonException {
    Optional<Long> value = object.optionalNumber(name);
    if (value.isEmpty() || value.get() == 0) {
      return Optional.empty();
    }
    return Optional.of(requireBetween(object, name, value.get(), least, most));
  }

  static long requireBetween(JsonObject object, String name, long value, long least, long most)
      throws JsonException {
    if (value < least || value > most) {
      throw wrong(object, name, value, least + " to " + most);
    }
    return value;
  }

  static JsonException wrong(JsonObject object, String name, Object value, String expected) {
    return new JsonException(object.locationOf(name) + ": " + value + ", expected " + expected);
  }

  private static Optional<Long> unlessZero(Optional<Long> value) {
    return value.isPresent() && value.get() == 0 ? Optional.empty() : value;
  }
}

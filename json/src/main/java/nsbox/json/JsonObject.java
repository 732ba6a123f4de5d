package nsbox.json;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// A JSON object that knows where in its document it stands, so that every complaint names the
/// place.
///
/// Members keep the order in which they came, and members that nobody asks for are kept too: a
/// document that is read and written again loses nothing. A value is a `JsonObject`, a [JsonText],
/// a `List` of values, a `String`, a `Long`, a `BigInteger` where a `Long` is too small, a
/// `Double`, a `Boolean`, or null.
public final class JsonObject {
  private final Map<String, Object> members = new LinkedHashMap<>();
  private final String location;

  /// An empty object to fill.
  public JsonObject() {
    this("");
  }

  JsonObject(String location) {
    this.location = location;
  }

  /// Sets a member. Nested objects and lists are kept as they are, not copied; an `Integer` becomes
  /// a `Long`.
  public JsonObject put(String name, Object value) {
    members.put(name, value instanceof Integer number ? (Object) number.longValue() : value);
    return this;
  }

  /// Removes a member if it is there.
  public JsonObject remove(String name) {
    members.remove(name);
    return this;
  }

  /// The members in their order; not to be changed through this view.
  public Map<String, Object> members() {
    return Collections.unmodifiableMap(members);
  }

  public boolean has(String name) {
    return members.get(name) != null;
  }

  public boolean isEmpty() {
    return members.isEmpty();
  }

  /// @throws JsonException if the member is missing or not a string
  public String string(String name) throws JsonException {
    return required(name, optionalString(name), "a string");
  }

  /// @throws JsonException if the member is there and not a string
  public Optional<String> optionalString(String name) throws JsonException {
    return optional(name, String.class, "a string");
  }

  /// @throws JsonException if the member is missing or not an integer
  public long number(String name) throws JsonException {
    return required(name, optionalNumber(name), "an integer");
  }

  /// @throws JsonException if the member is there and not an integer
  public Optional<Long> optionalNumber(String name) throws JsonException {
    return optional(name, Long.class, "an integer");
  }

  /// An integer from 0 to 2^64-1, such as the limits of setrlimit(2); what is above 2^63-1 comes as
  /// the negative number of the same bits.
  ///
  /// @throws JsonException if the member is missing or not such an integer
  public long unsigned(String name) throws JsonException {
    if (members.get(name) instanceof BigInteger big && big.signum() > 0 && big.bitLength() <= 64) {
      return big.longValue();
    }
    long number = number(name);
    if (number < 0) {
      throw new JsonException(locationOf(name) + ": " + number + " is below 0");
    }
    return number;
  }

  /// @return false where the member is missing
  /// @throws JsonException if the member is there and not true or false
  public boolean flag(String name) throws JsonException {
    return optional(name, Boolean.class, "true or false").orElse(false);
  }

  /// @throws JsonException if the member is missing or not an object
  public JsonObject object(String name) throws JsonException {
    return required(name, optionalObject(name), "an object");
  }

  /// @throws JsonException if the member is there and not an object
  public Optional<JsonObject> optionalObject(String name) throws JsonException {
    if (members.get(name) instanceof JsonText text) {
      return Optional.of(
          Json.parse(text.text().getBytes(StandardCharsets.UTF_8), locationOf(name)));
    }
    return optional(name, JsonObject.class, "an object");
  }

  /// @return an empty list where the member is missing
  /// @throws JsonException if the member is there and not a list of objects
  public List<JsonObject> objects(String name) throws JsonException {
    return elements(name, JsonObject.class, "an object");
  }

  /// @return an empty list where the member is missing
  /// @throws JsonException if the member is there and not a list of strings
  public List<String> strings(String name) throws JsonException {
    return elements(name, String.class, "a string");
  }

  /// @return an empty list where the member is missing
  /// @throws JsonException if the member is there and not a list of integers
  public List<Long> numbers(String name) throws JsonException {
    return elements(name, Long.class, "an integer");
  }

  /// A member whose own members are all strings, such as annotations or labels.
  ///
  /// @return an empty map where the member is missing
  /// @throws JsonException if the member is there and is anything else
  public Map<String, String> stringMap(String name) throws JsonException {
    Optional<JsonObject> object = optionalObject(name);
    if (object.isEmpty()) {
      return Map.of();
    }
    Map<String, String> strings = new LinkedHashMap<>();
    for (String key : object.get().members.keySet()) {
      strings.put(key, object.get().string(key));
    }
    return strings;
  }

  /// Where a member of this object stands, for messages of its reader: `config.json: process.args`.
  public String locationOf(String name) {
    if (location.isEmpty()) {
      return name;
    }
    return location + (location.endsWith(": ") ? "" : ".") + name;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof JsonObject object && members.equals(object.members);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(members);
  }

  /// The object as compact JSON text.
  @Override
  public String toString() {
    return Json.text(this);
  }

  private <T> T required(String name, Optional<T> value, String expected) throws JsonException {
    if (value.isEmpty()) {
      throw new JsonException(locationOf(name) + ": missing, expected " + expected);
    }
    return value.get();
  }

  private <T> Optional<T> optional(String name, Class<T> type, String expected)
      throws JsonException {
    Object value = members.get(name);
    if (value == null) {
      return Optional.empty();
    }
    return Optional.of(typed(value, type, locationOf(name), expected));
  }

  private <T> List<T> elements(String name, Class<T> type, String expected) throws JsonException {
    Object value = members.get(name);
    if (value == null) {
      return List.of();
    }
    List<?> list = typed(value, List.class, locationOf(name), "a list");
    List<T> elements = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      elements.add(typed(list.get(i), type, locationOf(name) + "[" + i + "]", expected));
    }
    return elements;
  }

  private static <T> T typed(Object value, Class<T> type, String where, String expected)
      throws JsonException {
    if (!type.isInstance(value)) {
      throw new JsonException(where + ": expected " + expected + ", found " + Json.kind(value));
    }
    return type.cast(value);
  }
}

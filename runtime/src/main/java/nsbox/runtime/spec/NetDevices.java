package nsbox.runtime.spec;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Network interfaces that go to the container.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#network-devices
final class NetDevices {
  /// IFNAMSIZ without the NUL, in bytes.
  private static final int MAX_NAME = 15;

  private NetDevices() {}

  /// The names that the interfaces have in the container, by those that they have on the host.
  static Map<String, String> parse(JsonObject linux) throws JsonException {
    Map<String, String> names = new LinkedHashMap<>();
    Optional<JsonObject> devices = linux.optionalObject("netDevices");
    if (devices.isEmpty()) {
      return names;
    }
    for (String name : devices.get().members().keySet()) {
      String where = devices.get().locationOf(name);
      check(where, name);
      String inside = devices.get().object(name).optionalString("name").orElse("");
      if (inside.isEmpty()) {
        inside = name;
      }
      check(where + ".name", inside);
      if (names.containsValue(inside)) {
        throw new JsonException(where + ".name: " + inside + " is given twice");
      }
      names.put(name, inside);
    }
    return names;
  }

  /* As the kernel does, which takes a % for a place where it may put a number. */
  private static void check(String where, String name) throws JsonException {
    boolean possible =
        !name.isEmpty() && Texts.bytes(name) <= MAX_NAME && !name.equals(".") && !name.equals("..");
    for (int i = 0; i < name.length(); i++) {
      char character = name.charAt(i);
      possible &= "/:%".indexOf(character) < 0 && !Character.isWhitespace(character);
    }
    if (!possible) {
      throw new JsonException(where + ": " + name + " is no name of a network interface");
    }
  }
}

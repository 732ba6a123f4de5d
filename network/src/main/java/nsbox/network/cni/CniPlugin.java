package nsbox.network.cni;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// One plugin of a network, as it is configured there.
///
/// @param type the name of its program
/// @param capabilities what it wants to be told of each container, where that is known
/// @param configuration all that is said of it, with the above
public record CniPlugin(String type, Set<String> capabilities, JsonObject configuration) {

  /// @throws JsonException if it has no `type`, or one that names no program
  static CniPlugin of(JsonObject configuration) throws JsonException {
    String type = configuration.string("type");
    if (type.isEmpty() || type.contains("/") || type.equals(".") || type.equals("..")) {
      throw new JsonException(
          configuration.locationOf("type") + ": expected the name of a program, found " + type);
    }
    Set<String> capabilities = new HashSet<>();
    JsonObject declared = configuration.optionalObject("capabilities").orElse(new JsonObject());
    for (String capability : declared.members().keySet()) {
      if (declared.flag(capability)) {
        capabilities.add(capability);
      }
    }
    return new CniPlugin(type, capabilities, configuration);
  }

  /// What the program reads: its configuration, with what belongs to the network and to this
  /// container.
  ///
  /// @param told by capability; of these it gets the ones that it wants
  /// @spec
  ///   https://github.com/containernetworking/cni/blob/spec-v1.1.0/SPEC.md#deriving-execution-configuration-from-plugin-configuration
  ///   Deriving execution configuration
  JsonObject request(String network, String version, JsonObject told) {
    JsonObject request = new JsonObject().put("cniVersion", version).put("name", network);
    for (Map.Entry<String, Object> member : configuration.members().entrySet()) {
      String name = member.getKey();
      if (!name.equals("capabilities") && !name.equals("cniVersion") && !name.equals("name")) {
        request.put(name, member.getValue());
      }
    }
    JsonObject wanted = new JsonObject();
    for (Map.Entry<String, Object> member : told.members().entrySet()) {
      if (capabilities.contains(member.getKey())) {
        wanted.put(member.getKey(), member.getValue());
      }
    }
    return wanted.isEmpty() ? request : request.put("runtimeConfig", wanted);
  }
}

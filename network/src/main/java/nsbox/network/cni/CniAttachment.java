package nsbox.network.cni;

import java.util.LinkedHashMap;
import java.util.Map;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// One container on one network.
///
/// @param containerId letters, digits, `_`, `.` and `-`
/// @param namespace the path of its network namespace; empty where that is gone
/// @param interfaceName what its interface is called inside, up to 15 bytes
/// @param arguments what all plugins are told by `CNI_ARGS`; neither names nor values have `;`
/// @param capabilities what those plugins are told which want it: `portMappings`, `ips`, `mac`,
///   `aliases`, `dns`
/// @spec https://github.com/containernetworking/cni/blob/spec-v1.1.0/SPEC.md#attachment-parameters
///   Attachment Parameters
public record CniAttachment(
    String containerId,
    String namespace,
    String interfaceName,
    Map<String, String> arguments,
    JsonObject capabilities) {
  private static final int MAX_INTERFACE_NAME = 15;

  public CniAttachment {
    if (!CniNetwork.isIdentifier(containerId)) {
      throw new IllegalArgumentException("container " + containerId);
    }
    if (!isInterfaceName(interfaceName)) {
      throw new IllegalArgumentException("interface " + interfaceName);
    }
    for (Map.Entry<String, String> argument : arguments.entrySet()) {
      if (argument.getKey().contains(";") || argument.getValue().contains(";")) {
        throw new IllegalArgumentException("argument " + argument);
      }
    }
  }

  /// The same where its namespace is gone, or is found elsewhere.
  public CniAttachment withNamespace(String path) {
    return new CniAttachment(containerId, path, interfaceName, arguments, capabilities);
  }

  private static boolean isInterfaceName(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '/' || c == ':' || c <= ' ' || c > '~') {
        return false;
      }
    }
    return !name.isEmpty()
        && name.length() <= MAX_INTERFACE_NAME
        && !name.equals(".")
        && !name.equals("..");
  }

  /* As CNI_ARGS has them. */
  String argumentText() {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, String> argument : arguments.entrySet()) {
      text.append(text.isEmpty() ? "" : ";")
          .append(argument.getKey())
          .append('=')
          .append(argument.getValue());
    }
    return text.toString();
  }

  JsonObject json() {
    JsonObject object = new JsonObject();
    for (Map.Entry<String, String> argument : arguments.entrySet()) {
      object.put(argument.getKey(), argument.getValue());
    }
    return new JsonObject()
        .put("containerId", containerId)
        .put("namespace", namespace)
        .put("interfaceName", interfaceName)
        .put("arguments", object)
        .put("capabilities", capabilities);
  }

  static CniAttachment of(JsonObject json) throws JsonException {
    return new CniAttachment(
        json.string("containerId"),
        json.string("namespace"),
        json.string("interfaceName"),
        new LinkedHashMap<>(json.stringMap("arguments")),
        json.object("capabilities"));
  }
}

package nsbox.bundle.options;

import java.util.List;
import nsbox.json.JsonObject;

/// Devices beside those that every container has.
///
/// @param nodes `linux.devices` of config.json
/// @param rules `linux.resources.devices`, after the rule that forbids all
public record DeviceOptions(List<JsonObject> nodes, List<JsonObject> rules) {
  public static final DeviceOptions DEFAULT = new DeviceOptions(List.of(), List.of());
}

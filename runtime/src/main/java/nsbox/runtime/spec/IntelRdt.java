package nsbox.runtime.spec;

import java.util.List;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// A share of caches and memory bandwidth, by the kernel's resctrl.
///
/// @param closId name of the group; `/` for the one of everybody, empty for one of the container's
/// @param l3CacheSchema a line of the group's `schemata`; empty without one, as `memBwSchema`
/// @param schemata further lines, written last
/// @param enableMonitoring whether the container is counted by itself
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#intelrdt
public record IntelRdt(
    String closId,
    String l3CacheSchema,
    String memBwSchema,
    List<String> schemata,
    boolean enableMonitoring) {
  /* Directories that resctrl itself has. */
  private static final List<String> TAKEN = List.of(".", "..", "info", "mon_groups", "mon_data");

  static Optional<IntelRdt> parse(JsonObject linux) throws JsonException {
    Optional<JsonObject> found = linux.optionalObject("intelRdt");
    if (found.isEmpty() || Refusals.saysNothing(found.get())) {
      return Optional.empty();
    }
    JsonObject rdt = found.get();
    String closId = rdt.optionalString("closID").orElse("");
    if (TAKEN.contains(closId) || closId.length() > 1 && closId.indexOf('/') >= 0) {
      throw new JsonException(rdt.locationOf("closID") + ": " + closId + " is no name of a group");
    }
    String bandwidth = line(rdt, "memBwSchema");
    if (!bandwidth.isEmpty() && !bandwidth.startsWith("MB:")) {
      throw new JsonException(
          rdt.locationOf("memBwSchema") + ": " + bandwidth + " does not begin with MB:");
    }
    return Optional.of(
        new IntelRdt(
            closId,
            rdt.optionalString("l3CacheSchema").orElse(""),
            bandwidth,
            rdt.strings("schemata"),
            rdt.flag("enableMonitoring")));
  }

  private static String line(JsonObject rdt, String name) throws JsonException {
    String line = rdt.optionalString(name).orElse("");
    if (line.indexOf('\n') >= 0) {
      throw new JsonException(rdt.locationOf(name) + ": more than one line");
    }
    return line;
  }
}

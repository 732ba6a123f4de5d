package nsbox.runtime.spec;

import java.util.List;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// The checks of `mounts`. One place may be mounted on more than once.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#mounts
final class MountChecks {
  private MountChecks() {}

  static void check(JsonObject config) throws JsonException {
    for (JsonObject mount : config.objects("mounts")) {
      String destination = mount.string("destination");
      if (destination.isEmpty()) {
        throw new JsonException(mount.locationOf("destination") + ": empty");
      }
      Checks.noWayUp(mount.locationOf("destination"), destination);
      /* What is mounted already has its source. */
      if (isBind(mount)
          && !mount.strings("options").contains("remount")
          && mount.string("source").isEmpty()) {
        throw new JsonException(mount.locationOf("source") + ": empty, expected what to bind");
      }
    }
  }

  private static boolean isBind(JsonObject mount) throws JsonException {
    List<String> options = mount.strings("options");
    return options.contains("bind")
        || options.contains("rbind")
        || mount.optionalString("type").orElse("").equals("bind");
  }
}

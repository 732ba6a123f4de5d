package nsbox.runtime.spec;

import java.util.ArrayList;
import java.util.List;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// A mount as config.json asks for it.
///
/// @param destination absolute path in the container
/// @param type file system type; empty or `bind` with the option `bind` or `rbind`
/// @param source host path of a bind mount, else a name for mountinfo
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#mounts
public record MountSpec(String destination, String type, String source, List<String> options) {
  private static final List<String> NOT_APPLIED = List.of("uidMappings", "gidMappings");
  private static final List<String> OPTIONS_NOT_APPLIED = List.of("tmpcopyup", "idmap", "ridmap");

  static List<MountSpec> parseAll(JsonObject config)
      throws JsonException, UnsupportedSpecException {
    List<MountSpec> mounts = new ArrayList<>();
    for (JsonObject mount : config.objects("mounts")) {
      Refusals.refuse(mount, NOT_APPLIED);
      String destination = mount.string("destination");
      /* Relative ones were allowed once; runc still takes them as below the root. */
      if (!destination.startsWith("/")) {
        destination = "/" + destination;
      }
      refuseOptions(mount);
      mounts.add(
          new MountSpec(
              destination,
              mount.optionalString("type").orElse(""),
              mount.optionalString("source").orElse(""),
              mount.strings("options")));
    }
    return mounts;
  }

  private static void refuseOptions(JsonObject mount)
      throws JsonException, UnsupportedSpecException {
    for (String option : mount.strings("options")) {
      if (OPTIONS_NOT_APPLIED.contains(option)) {
        throw new UnsupportedSpecException(
            mount.locationOf("options"), "this version of nsbox does not apply " + option);
      }
    }
  }

  public boolean isBind() {
    return type.equals("bind") || options.contains("bind") || options.contains("rbind");
  }
}

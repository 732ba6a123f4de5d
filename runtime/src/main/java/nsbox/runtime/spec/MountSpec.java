package nsbox.runtime.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.runtime.spec.LinuxSpec.IdRange;

/// A mount as config.json asks for it.
///
/// @param destination absolute path in the container
/// @param type file system type; empty or `bind` with the option `bind` or `rbind`
/// @param source host path of a bind mount, else a name for mountinfo
/// @param mapping how the ids of its files are shown
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#mounts
public record MountSpec(
    String destination,
    String type,
    String source,
    List<String> options,
    Optional<Mapping> mapping) {

  /// From the ids of the files to those of the host; neither list is empty.
  public record Mapping(List<IdRange> uids, List<IdRange> gids) {}

  public MountSpec(String destination, String type, String source, List<String> options) {
    this(destination, type, source, options, Optional.empty());
  }

  /// Reads the member `mounts` of a configuration.
  public static List<MountSpec> parseAll(JsonObject config) throws JsonException {
    List<MountSpec> mounts = new ArrayList<>();
    for (JsonObject mount : config.objects("mounts")) {
      String destination = mount.string("destination");
      /* Relative ones were allowed once; runc still takes them as below the root. */
      if (!destination.startsWith("/")) {
        destination = "/" + destination;
      }
      mounts.add(
          new MountSpec(
              destination,
              mount.optionalString("type").orElse(""),
              mount.optionalString("source").orElse(""),
              mount.strings("options"),
              parseMapping(mount)));
    }
    return mounts;
  }

  private static Optional<Mapping> parseMapping(JsonObject mount) throws JsonException {
    List<IdRange> uids = LinuxSpec.parseMappings(mount, "uidMappings");
    List<IdRange> gids = LinuxSpec.parseMappings(mount, "gidMappings");
    if (uids.isEmpty() != gids.isEmpty()) {
      String missing = uids.isEmpty() ? "uidMappings" : "gidMappings";
      throw new JsonException(mount.locationOf(missing) + ": missing; both belong together");
    }
    return uids.isEmpty() ? Optional.empty() : Optional.of(new Mapping(uids, gids));
  }

  public boolean isBind() {
    return type.equals("bind") || options.contains("bind") || options.contains("rbind");
  }
}

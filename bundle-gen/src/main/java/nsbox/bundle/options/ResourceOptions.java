package nsbox.bundle.options;

import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonObject;

/// What the container may use up.
///
/// @param limits `linux.resources` of config.json, without devices; `pids` in it outranks the
///   policy
/// @param sources which option each member of a group came from, by `memory.limit`
/// @param cgroupParent the cgroup in which the container's is made, absolute
public record ResourceOptions(
    JsonObject limits, Map<String, String> sources, Optional<String> cgroupParent) {
  public static final ResourceOptions DEFAULT =
      new ResourceOptions(new JsonObject(), Map.of(), Optional.empty());
}

package nsbox.runtime.state;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.cgroup.ContainerCgroup;

/// What was known of a container before its process was made.
///
/// @param rootfs absolute
/// @param created RFC 3339, UTC, with nanoseconds
/// @param owner the name of the user who made it
/// @param cgroups its directories, as [ContainerCgroup#paths] names them
/// @param hooks as in the configuration, which is long and seldom asked for anything else
/// @param scope the unit of systemd that made them; empty where nsbox did
/// @param monitored a monitor stays with it, whose end is its own, and clears up after it
public record StoredState(
    String ociVersion,
    String id,
    String bundle,
    String rootfs,
    String created,
    String owner,
    JsonObject annotations,
    JsonObject hooks,
    Map<String, String> cgroups,
    Optional<String> scope,
    boolean monitored) {

  static StoredState of(JsonObject json) throws JsonException {
    return new StoredState(
        json.string("ociVersion"),
        json.string("id"),
        json.string("bundle"),
        json.string("rootfs"),
        json.string("created"),
        json.string("owner"),
        json.optionalObject("annotations").orElseGet(JsonObject::new),
        json.optionalObject("hooks").orElseGet(JsonObject::new),
        json.stringMap("cgroup_paths"),
        json.optionalString("scope"),
        json.flag("monitored"));
  }

  JsonObject toJson() {
    JsonObject paths = new JsonObject();
    for (Map.Entry<String, String> entry : cgroups.entrySet()) {
      paths.put(entry.getKey(), entry.getValue());
    }
    JsonObject json =
        new JsonObject()
            .put("ociVersion", ociVersion)
            .put("id", id)
            .put("bundle", bundle)
            .put("rootfs", rootfs)
            .put("created", created)
            .put("owner", owner)
            .put("annotations", annotations)
            .put("hooks", hooks)
            .put("cgroup_paths", paths);
    if (monitored) {
      json.put("monitored", true);
    }
    return scope.isPresent() ? json.put("scope", scope.get()) : json;
  }

  /// The state as the specification has it, with what runc adds.
  ///
  /// @param pid 0 where there is no process
  public JsonObject report(long pid, String status) {
    JsonObject report =
        new JsonObject()
            .put("ociVersion", ociVersion)
            .put("id", id)
            .put("pid", pid)
            .put("status", status)
            .put("bundle", bundle)
            .put("rootfs", rootfs)
            .put("created", created);
    if (!annotations.isEmpty()) {
      report.put("annotations", annotations);
    }
    return report.put("owner", owner);
  }

  /// Its directories in the hierarchies of this host.
  public ContainerCgroup cgroup() throws IOException {
    return ContainerCgroup.stored(CgroupLayout.ofHost(), cgroups);
  }
}

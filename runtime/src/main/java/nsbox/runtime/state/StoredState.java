package nsbox.runtime.state;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// What was known of a container before its process was made.
///
/// @param rootfs absolute
/// @param created RFC 3339, UTC, with nanoseconds
/// @param owner the name of the user who made it
/// @param cgroups its directories in the hierarchies of the host
/// @param killing the one of them that knows all its processes; empty where there is none
/// @param freezer the one of them that pauses; empty where there is none
public record StoredState(
    String ociVersion,
    String id,
    String bundle,
    String rootfs,
    String created,
    String owner,
    JsonObject annotations,
    List<String> cgroups,
    String killing,
    String freezer) {

  static StoredState of(JsonObject json) throws JsonException {
    return new StoredState(
        json.string("ociVersion"),
        json.string("id"),
        json.string("bundle"),
        json.string("rootfs"),
        json.string("created"),
        json.string("owner"),
        json.optionalObject("annotations").orElseGet(JsonObject::new),
        json.strings("cgroups"),
        json.string("killing"),
        json.string("freezer"));
  }

  JsonObject toJson() {
    return new JsonObject()
        .put("ociVersion", ociVersion)
        .put("id", id)
        .put("bundle", bundle)
        .put("rootfs", rootfs)
        .put("created", created)
        .put("owner", owner)
        .put("annotations", annotations)
        .put("cgroups", cgroups)
        .put("killing", killing)
        .put("freezer", freezer);
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

  /// Whether all its processes are stopped by the freezer.
  public boolean isFrozen() throws IOException {
    if (freezer.isEmpty()) {
      return false;
    }
    Path directory = Path.of(freezer);
    String version1 = ProcessIdentity.readIfThere(directory.resolve("freezer.state"));
    if (!version1.isEmpty()) {
      return version1.startsWith("FR");
    }
    return ProcessIdentity.readIfThere(directory.resolve("cgroup.freeze")).startsWith("1");
  }

  /// The directory of the freezer, where the host has one.
  public Optional<Path> freezerDirectory() {
    return freezer.isEmpty() ? Optional.empty() : Optional.of(Path.of(freezer));
  }
}

package nsbox.cli.oci;

import java.util.ArrayList;
import java.util.List;
import nsbox.bundle.DefaultPolicy;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.runtime.plan.Features;

/// The configuration that `spec` writes: runc's, made at least as tight as what podman gives a
/// container of which nobody asked for anything.
final class DefaultSpec {
  private static final long OPEN_FILES = 1024;

  /// A shell needs neither; what it starts may end its own and listen on low ports. runc's third,
  /// AUDIT_WRITE, podman does not give.
  private static final List<String> CAPABILITIES = List.of("CAP_KILL", "CAP_NET_BIND_SERVICE");

  /// Beside those of a container from an image: what runc hides as well.
  private static final List<String> MORE_MASKED_PATHS = List.of("/sys/devices/virtual/tpm");

  private DefaultSpec() {}

  /// @param seccomp the filter, as `linux.seccomp` has it
  static JsonObject make(JsonObject seccomp) {
    return new JsonObject()
        .put("ociVersion", Features.NEWEST_VERSION)
        .put("process", process())
        .put("root", new JsonObject().put("path", "rootfs").put("readonly", true))
        .put("hostname", "nsbox")
        .put("mounts", mounts())
        .put("linux", linux(seccomp));
  }

  private static JsonObject process() {
    JsonObject files =
        new JsonObject()
            .put("type", "RLIMIT_NOFILE")
            .put("hard", OPEN_FILES)
            .put("soft", OPEN_FILES);
    return new JsonObject()
        .put("terminal", true)
        .put("user", new JsonObject().put("uid", 0).put("gid", 0))
        .put("args", List.of("sh"))
        .put("env", List.of("PATH=" + DefaultPolicy.PATH, "TERM=xterm"))
        .put("cwd", "/")
        .put(
            "capabilities",
            new JsonObject()
                .put("bounding", CAPABILITIES)
                .put("effective", CAPABILITIES)
                .put("permitted", CAPABILITIES))
        .put("rlimits", List.of(files))
        .put("noNewPrivileges", true);
  }

  private static List<JsonObject> mounts() {
    List<JsonObject> mounts = new ArrayList<>();
    for (DefaultPolicy.Mount mount : DefaultPolicy.MOUNTS) {
      mounts.add(mount(mount.destination(), mount.type(), mount.type(), mount.options()));
    }
    return mounts;
  }

  private static JsonObject mount(
      String destination, String type, String source, List<String> options) {
    return new JsonObject()
        .put("destination", destination)
        .put("type", type)
        .put("source", source)
        .put("options", options);
  }

  private static JsonObject linux(JsonObject seccomp) {
    List<String> masked = new ArrayList<>(DefaultPolicy.MASKED_PATHS);
    masked.addAll(MORE_MASKED_PATHS);
    List<JsonObject> namespaces = new ArrayList<>();
    for (String type : List.of("pid", "network", "ipc", "uts", "mount", "cgroup")) {
      namespaces.add(new JsonObject().put("type", type));
    }
    return new JsonObject()
        .put(
            "resources",
            new JsonObject()
                .put("devices", List.of(new JsonObject().put("allow", false).put("access", "rwm")))
                .put("pids", new JsonObject().put("limit", DefaultPolicy.PIDS_LIMIT)))
        .put("namespaces", namespaces)
        .put("seccomp", seccomp)
        .put("maskedPaths", masked)
        .put("readonlyPaths", DefaultPolicy.READONLY_PATHS);
  }

  /// Changes it as runc does for a caller without rights: a user namespace that holds the caller
  /// alone, the host's network, whose sysfs can only be shown as it is, and no limits of a cgroup.
  static void makeRootless(JsonObject config, Caller caller) throws JsonException {
    JsonObject linux = config.object("linux");
    List<JsonObject> namespaces = new ArrayList<>();
    for (JsonObject namespace : linux.objects("namespaces")) {
      if (!namespace.string("type").equals("network")) {
        namespaces.add(namespace);
      }
    }
    namespaces.add(new JsonObject().put("type", "user"));
    linux
        .put("namespaces", namespaces)
        .put("uidMappings", List.of(mapping(caller.uid())))
        .put("gidMappings", List.of(mapping(caller.gid())))
        .remove("resources");
    List<JsonObject> mounts = new ArrayList<>();
    for (JsonObject mount : config.objects("mounts")) {
      mounts.add(rootless(mount));
    }
    config.put("mounts", mounts);
  }

  private static JsonObject mapping(long hostId) {
    return new JsonObject().put("containerID", 0).put("hostID", hostId).put("size", 1);
  }

  /* The group that terminals belong to is not mapped, so devpts would refuse its option. */
  private static JsonObject rootless(JsonObject mount) throws JsonException {
    if (mount.string("destination").equals("/sys")) {
      return mount("/sys", "none", "/sys", List.of("rbind", "nosuid", "noexec", "nodev", "ro"));
    }
    List<String> options = new ArrayList<>();
    for (String option : mount.strings("options")) {
      if (!option.startsWith("gid=") && !option.startsWith("uid=")) {
        options.add(option);
      }
    }
    return mount.put("options", options);
  }
}

package nsbox.bundle;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import nsbox.bundle.BundleGenerator.Surroundings;
import nsbox.bundle.ContainerOptions.Network;
import nsbox.json.JsonObject;

/// `linux` of config.json: namespaces, cgroup, devices, filter and hidden paths.
final class LinuxPart {
  private final ContainerOptions options;
  private final Surroundings surroundings;
  private final Origins origins;

  LinuxPart(ContainerOptions options, Surroundings surroundings, Origins origins) {
    this.options = options;
    this.surroundings = surroundings;
    this.origins = origins;
  }

  JsonObject make() {
    JsonObject linux = new JsonObject();
    boolean ownNetwork = options.network() == Network.NONE;
    if (ownNetwork) {
      JsonObject sysctl = new JsonObject();
      new TreeMap<>(DefaultPolicy.NETWORK_SYSCTLS).forEach(sysctl::put);
      linux.put("sysctl", sysctl);
      origins.note("linux.sysctl", sysctl.members().toString(), "default");
    }
    JsonObject resources =
        new JsonObject()
            .put("devices", List.of(new JsonObject().put("allow", false).put("access", "rwm")));
    if (surroundings.pidsController()) {
      resources.put("pids", new JsonObject().put("limit", DefaultPolicy.PIDS_LIMIT));
      origins.note(
          "linux.resources.pids.limit", Long.toString(DefaultPolicy.PIDS_LIMIT), "default");
    }
    linux.put("resources", resources);
    origins.note("linux.resources.devices", "none but the standard devices", "default");
    surroundings
        .cgroupsPath()
        .ifPresent(path -> {
          linux.put("cgroupsPath", path);
          origins.note("linux.cgroupsPath", path, "default");
        });
    namespaces(linux, ownNetwork);
    surroundings
        .seccomp()
        .ifPresent(seccomp -> {
          linux.put("seccomp", seccomp);
          origins.note("linux.seccomp", "nsbox's default filter", "default");
        });
    linux.put("maskedPaths", DefaultPolicy.MASKED_PATHS);
    origins.note("linux.maskedPaths", String.join(" ", DefaultPolicy.MASKED_PATHS), "default");
    linux.put("readonlyPaths", DefaultPolicy.READONLY_PATHS);
    origins.note("linux.readonlyPaths", String.join(" ", DefaultPolicy.READONLY_PATHS), "default");
    return linux;
  }

  private void namespaces(JsonObject linux, boolean ownNetwork) {
    List<String> types = new ArrayList<>(List.of("pid", "ipc", "uts", "mount", "cgroup"));
    if (ownNetwork) {
      types.add("network");
    }
    List<JsonObject> namespaces = new ArrayList<>();
    for (String type : types) {
      namespaces.add(new JsonObject().put("type", type));
    }
    linux.put("namespaces", namespaces);
    origins.note(
        "linux.namespaces",
        String.join(" ", types),
        ownNetwork ? "default" : "default, without network by --network host");
  }
}

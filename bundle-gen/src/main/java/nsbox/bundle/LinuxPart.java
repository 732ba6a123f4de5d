package nsbox.bundle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.bundle.BundleGenerator.Surroundings;
import nsbox.bundle.options.ContainerOptions;
import nsbox.json.JsonException;
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

  JsonObject make() throws JsonException {
    JsonObject linux = new JsonObject();
    NamespacesPart namespaces = new NamespacesPart(options.namespaces(), origins);
    namespaces.sysctls(linux);
    linux.put("resources", resources());
    if (!options.devices().nodes().isEmpty()) {
      linux.put("devices", options.devices().nodes());
    }
    surroundings
        .cgroupsPath()
        .ifPresent(path -> {
          linux.put("cgroupsPath", path);
          origins.note(
              "linux.cgroupsPath",
              path,
              options.resources().cgroupParent().isPresent() ? "--cgroup-parent" : "default");
        });
    namespaces.add(linux);
    surroundings
        .seccomp()
        .ifPresent(seccomp -> {
          linux.put("seccomp", seccomp);
          origins.note(
              "linux.seccomp",
              options.security().seccomp().isPresent() ? "a profile" : "nsbox's default filter",
              options.security().seccomp().isPresent() ? "--security-opt" : "default");
        });
    new HiddenPaths(options.security(), origins).add(linux);
    options
        .process()
        .personality()
        .ifPresent(domain -> linux.put("personality", new JsonObject().put("domain", domain)));
    return linux;
  }

  private JsonObject resources() throws JsonException {
    JsonObject resources = new JsonObject();
    List<JsonObject> devices = new ArrayList<>();
    boolean all = options.security().privileged();
    devices.add(new JsonObject().put("allow", all).put("access", "rwm"));
    devices.addAll(options.devices().rules());
    resources.put("devices", devices);
    JsonObject limits = options.resources().limits();
    if (surroundings.pidsController() && !limits.has("pids")) {
      resources.put("pids", new JsonObject().put("limit", DefaultPolicy.PIDS_LIMIT));
      origins.note(
          "linux.resources.pids.limit", Long.toString(DefaultPolicy.PIDS_LIMIT), "default");
    }
    for (Map.Entry<String, Object> group : limits.members().entrySet()) {
      resources.put(group.getKey(), group.getValue());
    }
    for (Map.Entry<String, String> source : options.resources().sources().entrySet()) {
      origins.note("linux.resources." + source.getKey(), value(source.getKey()), source.getValue());
    }
    origins.note(
        "linux.resources.devices",
        all
            ? "all"
            : options.devices().rules().isEmpty()
                ? "none but the standard devices"
                : "the standard devices, and " + options.devices().rules(),
        all ? "--privileged" : options.devices().rules().isEmpty() ? "default" : "--device");
    return resources;
  }

  private String value(String field) throws JsonException {
    int dot = field.indexOf('.');
    JsonObject group = options.resources().limits().object(field.substring(0, dot));
    return String.valueOf(group.members().get(field.substring(dot + 1)));
  }
}

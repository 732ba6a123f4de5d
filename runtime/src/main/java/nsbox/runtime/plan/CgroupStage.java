package nsbox.runtime.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupLayout.Hierarchy;
import nsbox.runtime.cgroup.DeviceProgram;
import nsbox.runtime.cgroup.DeviceRule;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.UnsupportedSpecException;

/// A cgroup for the container in every hierarchy of the host, with its limits.
///
/// The limits are written before the first process joins, so nothing ever runs without them.
final class CgroupStage {
  private static final int MODE = 0755;

  private final Launch launch;

  CgroupStage(Launch launch) {
    this.launch = launch;
  }

  /// The container's cgroup as a directory of the host.
  String directory(Hierarchy hierarchy) {
    return hierarchy.directory(launch.spec().linux().cgroupsPath().orElse(launch.id()));
  }

  /// @throws UnsupportedSpecException if the cgroup is there already: it may be another container's
  void create(Instructions monitor) throws UnsupportedSpecException, JsonException {
    for (Hierarchy hierarchy : launch.cgroups().hierarchies()) {
      if (Files.exists(Path.of(directory(hierarchy)))) {
        throw new UnsupportedSpecException(
            "linux.cgroupsPath",
            directory(hierarchy) + " is there already; another container may be in it");
      }
      createParents(monitor, hierarchy);
      monitor.add(
          "create the cgroup " + directory(hierarchy), Opcode.MKDIR, directory(hierarchy), MODE);
      if (hierarchy.name().equals("cpuset")) {
        copyCpuset(monitor, parent(directory(hierarchy)), directory(hierarchy));
      }
    }
    limitPids(monitor);
    limitDevices(monitor);
  }

  /// The container's cgroup of version 2, into which its process is born; empty without version 2.
  String unifiedDirectory() {
    Optional<Hierarchy> unified = launch.cgroups().unified();
    return unified.isPresent() ? directory(unified.get()) : "";
  }

  /// Joins the hierarchies of version 1.
  ///
  /// By `tasks` and not by `cgroup.procs`: who moves but itself, one thread, needs no lock over all
  /// processes of the host, for which the kernel waits about 9 ms.
  void join(Instructions init) {
    for (Hierarchy hierarchy : launch.cgroups().hierarchies()) {
      if (!hierarchy.unified()) {
        String directory = directory(hierarchy);
        init.write("join the cgroup " + directory, directory + "/tasks", "0");
      }
    }
  }

  void remove(Instructions teardown) {
    List<Hierarchy> hierarchies = launch.cgroups().hierarchies();
    if (hierarchies.isEmpty()) {
      return;
    }
    /* One hierarchy knows all processes; version 2 kills them in one step. */
    Hierarchy killing = launch.cgroups().unified().orElse(hierarchies.getFirst());
    teardown.add(
        "end whatever still runs in " + directory(killing), Opcode.KILL_CGROUP, directory(killing));
    for (Hierarchy hierarchy : hierarchies) {
      teardown.addIgnoring(
          Instruction.MISSING,
          "remove the cgroup " + directory(hierarchy),
          Opcode.RMDIR,
          directory(hierarchy));
    }
  }

  private static String parent(String directory) {
    return directory.substring(0, directory.lastIndexOf('/'));
  }

  private void createParents(Instructions monitor, Hierarchy hierarchy) {
    List<String> missing = new ArrayList<>();
    String directory = parent(directory(hierarchy));
    while (directory.length() > hierarchy.mountPoint().length()) {
      missing.addFirst(directory);
      directory = parent(directory);
    }
    if (hierarchy.unified() && launch.cgroups().isUnified()) {
      delegate(monitor, hierarchy.mountPoint());
    }
    for (String path : missing) {
      boolean cpuset = hierarchy.name().equals("cpuset");
      if (cpuset && Files.exists(Path.of(path))) {
        continue;
      }
      monitor.addIgnoring(
          Instruction.EXISTS, "make room for cgroups in " + path, Opcode.MKDIR, path, MODE);
      if (cpuset) {
        copyCpuset(monitor, parent(path), path);
      }
      if (hierarchy.unified() && launch.cgroups().isUnified()) {
        delegate(monitor, path);
      }
    }
  }

  /* In version 2 a controller reaches a cgroup only if every one above it hands it down. One write
   * for each, because one that is missing would refuse all. */
  private static void delegate(Instructions monitor, String directory) {
    for (String controller : List.of("cpuset", "cpu", "io", "memory", "pids")) {
      monitor.addIgnoring(
          Instruction.ALL,
          "hand the " + controller + " controller down from " + directory,
          Opcode.WRITE_FILE,
          directory + "/cgroup.subtree_control",
          ("+" + controller).getBytes(java.nio.charset.StandardCharsets.US_ASCII),
          0,
          0);
    }
  }

  /* A new cgroup of the version 1 cpuset controller has no CPUs, and then takes no process. What
   * it gets is what the nearest one above has that is there already. */
  private static void copyCpuset(Instructions monitor, String from, String to) {
    for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
      String value = inherited(from, file);
      monitor.write("allow " + value + " as " + file + " in " + to, to + "/" + file, value);
    }
  }

  private static String inherited(String directory, String file) {
    for (String at = directory; at.length() > 1; at = parent(at)) {
      try {
        String value = Files.readString(Path.of(at, file)).strip();
        if (!value.isEmpty()) {
          return value;
        }
      } catch (IOException e) {
        /* Not there yet: the one above decides. */
        continue;
      }
    }
    return "0";
  }

  private void limitPids(Instructions monitor) throws UnsupportedSpecException {
    if (launch.spec().linux().pidsLimit().isEmpty()) {
      return;
    }
    long limit = launch.spec().linux().pidsLimit().get();
    Hierarchy pids =
        (launch.cgroups().isUnified()
                ? launch.cgroups().unified()
                : launch.cgroups().controller("pids"))
            .orElseThrow(() ->
                new UnsupportedSpecException(
                    "linux.resources.pids.limit", "this host has no pids controller"));
    String value = limit <= 0 ? "max" : Long.toString(limit);
    monitor.write("allow " + value + " processes", directory(pids) + "/pids.max", value);
  }

  private void limitDevices(Instructions monitor) throws JsonException {
    List<DeviceRule> rules = DeviceRules.of(launch.spec().linux());
    if (launch.cgroups().controller("devices").isPresent()) {
      String directory = directory(launch.cgroups().controller("devices").get());
      for (DeviceRule rule : rules) {
        String line = rule.v1Line();
        monitor.write(
            (rule.allow() ? "allow device " : "deny device ") + line,
            directory + (rule.allow() ? "/devices.allow" : "/devices.deny"),
            line);
      }
    } else if (launch.cgroups().unified().isPresent()) {
      monitor.add(
          "filter devices by " + rules.size() + " rules",
          Opcode.DEVICE_FILTER,
          directory(launch.cgroups().unified().get()),
          DeviceProgram.compile(rules));
    }
  }

  /// The device rules of a configuration, followed by those that no container can do without.
  static final class DeviceRules {
    private static final List<DeviceRule> ALWAYS =
        List.of(
            new DeviceRule(true, 'c', -1, -1, "m"),
            new DeviceRule(true, 'b', -1, -1, "m"),
            new DeviceRule(true, 'c', 1, 3, "rwm"), // null
            new DeviceRule(true, 'c', 1, 5, "rwm"), // zero
            new DeviceRule(true, 'c', 1, 7, "rwm"), // full
            new DeviceRule(true, 'c', 1, 8, "rwm"), // random
            new DeviceRule(true, 'c', 1, 9, "rwm"), // urandom
            new DeviceRule(true, 'c', 5, 0, "rwm"), // tty
            new DeviceRule(true, 'c', 5, 2, "rwm"), // ptmx
            new DeviceRule(true, 'c', 136, -1, "rwm")); // terminals

    private DeviceRules() {}

    static List<DeviceRule> of(nsbox.runtime.spec.LinuxSpec linux) throws JsonException {
      List<DeviceRule> rules = new ArrayList<>();
      for (JsonObject rule : linux.deviceRules()) {
        String type = rule.optionalString("type").orElse("a");
        try {
          rules.add(
              new DeviceRule(
                  rule.flag("allow"),
                  type.isEmpty() ? 'a' : type.charAt(0),
                  rule.optionalNumber("major").orElse(-1L),
                  rule.optionalNumber("minor").orElse(-1L),
                  rule.optionalString("access").orElse("rwm")));
        } catch (IllegalArgumentException e) {
          throw new JsonException(
              linux.document().locationOf("resources")
                  + ".devices["
                  + rules.size()
                  + "]: "
                  + e.getMessage(),
              e);
        }
      }
      rules.addAll(ALWAYS);
      return rules;
    }
  }
}

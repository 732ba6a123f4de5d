package nsbox.cli.system;

import java.util.ArrayList;
import java.util.List;

/// Which cgroups a host has.
final class CgroupChecks {
  private static final String VERSION_2 = "/sys/fs/cgroup/cgroup.controllers";
  private static final List<String> WANTED = List.of("cpu", "cpuset", "memory", "pids");

  private CgroupChecks() {}

  /// Controllers that containers can be limited by.
  static List<String> controllers(HostFiles host) {
    List<String> controllers = new ArrayList<>();
    if (host.has(VERSION_2)) {
      for (String word : host.text(VERSION_2).split(" ")) {
        if (!word.isEmpty()) {
          controllers.add(word);
        }
      }
      return controllers;
    }
    for (String line : host.text("/proc/cgroups").split("\n")) {
      String[] fields = line.split("\\s+");
      boolean on = fields.length > 3 && !line.startsWith("#") && fields[3].equals("1");
      if (on && isMounted(host, fields[0])) {
        controllers.add(fields[0]);
      }
    }
    return controllers;
  }

  private static boolean isMounted(HostFiles host, String controller) {
    for (String line : host.text("/proc/self/mounts").split("\n")) {
      String[] fields = line.split(" ");
      if (fields.length > 3
          && fields[2].equals("cgroup")
          && ("," + fields[3] + ",").contains("," + controller + ",")) {
        return true;
      }
    }
    return false;
  }

  static List<Check> all(HostFiles host) {
    List<Check> checks = new ArrayList<>();
    boolean second = host.has(VERSION_2);
    boolean any = second || host.text("/proc/self/mounts").contains(" cgroup ");
    boolean hybrid = !second && host.text("/proc/self/mounts").contains(" cgroup2 ");
    checks.add(
        any
            ? Check.ok(
                "cgroups", second ? "version 2" : hybrid ? "hybrid (version 1 and 2)" : "version 1")
            : Check.fail("cgroups", "none is mounted", "Mount cgroup2 on /sys/fs/cgroup."));
    List<String> there = controllers(host);
    List<String> missing = new ArrayList<>(WANTED);
    missing.removeAll(there);
    checks.add(
        Check.wanted(
            missing.isEmpty(),
            "cgroup controllers",
            there.isEmpty() ? "none" : String.join(" ", there),
            "Without "
                + String.join(", ", missing)
                + " such limits are refused; the kernel's command line may have turned them off:"
                + " cgroup_enable="
                + (missing.isEmpty() ? "" : missing.getFirst())
                + "."));
    if (second) {
      checks.add(delegation(host));
    }
    checks.add(
        Check.wanted(
            second || host.has("/sys/fs/cgroup/freezer"),
            "freezer",
            second ? "cgroup.freeze" : host.has("/sys/fs/cgroup/freezer") ? "freezer" : "none",
            "Containers cannot be paused; mount the freezer hierarchy."));
    return checks;
  }

  /* What the root passes on to the groups below it is what containers can be limited by. */
  private static Check delegation(HostFiles host) {
    String passed = host.text("/sys/fs/cgroup/cgroup.subtree_control");
    return Check.wanted(
        !passed.isEmpty() || !host.has("/sys/fs/cgroup/cgroup.type"),
        "cgroup delegation",
        passed.isEmpty() ? "no controller is passed on yet" : passed,
        "This is not the hierarchy's root, and controllers come from above: for a unit of systemd"
            + " Delegate=yes.");
  }
}

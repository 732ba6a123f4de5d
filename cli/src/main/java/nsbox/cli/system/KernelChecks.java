package nsbox.cli.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the kernel can do, by what it says of itself.
final class KernelChecks {
  private static final String OLDEST = "5.12";

  private final HostFiles host;
  private final List<Check> checks = new ArrayList<>();

  private KernelChecks(HostFiles host) {
    this.host = host;
  }

  static List<Check> all(HostFiles host) {
    KernelChecks kernel = new KernelChecks(host);
    kernel.addVersion();
    kernel.addNamespaces();
    kernel.addUserNamespaces();
    kernel.addSeccomp();
    kernel.addVersioned();
    return kernel.checks;
  }

  private void addVersion() {
    String release = host.text("/proc/sys/kernel/osrelease");
    checks.add(
        isAtLeast(release, OLDEST)
            ? Check.ok("kernel", release)
            : Check.fail("kernel", release, "nsbox needs Linux " + OLDEST + " or newer."));
  }

  private void addNamespaces() {
    List<String> missing = new ArrayList<>();
    for (String name : List.of("mnt", "pid", "net", "ipc", "uts")) {
      if (!host.has("/proc/self/ns/" + name)) {
        missing.add(name);
      }
    }
    checks.add(
        missing.isEmpty()
            ? Check.ok("namespaces", "mnt pid net ipc uts")
            : Check.fail(
                "namespaces",
                "none of type " + String.join(", ", missing),
                "Use a kernel that has them (CONFIG_NAMESPACES)."));
    for (String name : List.of("cgroup", "user", "time")) {
      boolean there = host.has("/proc/self/ns/" + name);
      checks.add(
          Check.wanted(
              there,
              name + " namespace",
              there ? "there" : "none",
              "Containers that ask for one are refused; it needs another kernel."));
    }
  }

  private void addUserNamespaces() {
    Optional<Long> most = host.number("/proc/sys/user/max_user_namespaces");
    if (most.isPresent()) {
      checks.add(
          Check.wanted(
              most.get() > 0,
              "user namespaces",
              "at most " + most.get(),
              "Containers with their own user IDs are refused: sysctl"
                  + " user.max_user_namespaces=15000"));
    }
    Optional<Long> others = host.number("/proc/sys/kernel/unprivileged_userns_clone");
    Optional<Long> restricted =
        host.number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
    boolean open = others.orElse(1L) != 0 && restricted.orElse(0L) == 0;
    checks.add(
        Check.wanted(
            open,
            "user namespaces without root",
            open ? "allowed" : "not allowed",
            others.orElse(1L) == 0
                ? "For other users than root: sysctl kernel.unprivileged_userns_clone=1"
                : "For other users than root: sysctl kernel.apparmor_restrict_unprivileged_userns=0"));
  }

  private void addSeccomp() {
    String actions = host.text("/proc/sys/kernel/seccomp/actions_avail");
    checks.add(
        actions.isEmpty()
            ? Check.fail(
                "seccomp",
                "none",
                "The default system call filter needs it: use a kernel with CONFIG_SECCOMP_FILTER.")
            : Check.ok("seccomp", actions));
    boolean notify = (" " + actions + " ").contains(" user_notif ");
    checks.add(
        Check.wanted(
            notify,
            "seccomp notify",
            notify ? "there" : "none",
            "Profiles with SCMP_ACT_NOTIFY are refused; it needs Linux 5.0."));
  }

  private void addVersioned() {
    addSince("5.6", "openat2", "Paths in containers are opened the slow way.");
    addSince("5.12", "idmapped mounts", "Containers with their own user IDs are refused.");
    addSince("5.19", "idmapped layers", "Containers with their own user IDs are refused.");
    addSince(
        "6.15",
        "exit codes by pidfd",
        "The exit code of a container whose monitor was killed is not known (PIDFD_INFO_EXIT).");
  }

  private void addSince(String version, String what, String consequence) {
    boolean there = isAtLeast(host.text("/proc/sys/kernel/osrelease"), version);
    checks.add(
        Check.wanted(there, what, there ? "there" : "not before Linux " + version, consequence));
  }

  /// @param release such as `6.1.0-18-amd64`
  static boolean isAtLeast(String release, String version) {
    long[] has = numbers(release);
    long[] needs = numbers(version);
    return has[0] > needs[0] || has[0] == needs[0] && has[1] >= needs[1];
  }

  private static long[] numbers(String version) {
    String[] parts = version.split("[^0-9]+", 3);
    try {
      return new long[] {Long.parseLong(parts[0]), Long.parseLong(parts[1])};
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return new long[] {0, 0};
    }
  }
}

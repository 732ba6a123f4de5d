package nsbox.cli.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a host limits that many containers, or demanding ones, run into.
final class LimitChecks {
  private static final int SYS_RESOURCE = 24;
  private static final int SYS_ADMIN = 21;
  private static final long FEW_KEYS = 1000;
  private static final long FEW_PIDS = 65_536;
  private static final long FEW_INSTANCES = 512;
  private static final long FEW_WATCHES = 65_536;

  private final HostFiles host;
  private final List<Check> checks = new ArrayList<>();

  private LimitChecks(HostFiles host) {
    this.host = host;
  }

  static List<Check> all(HostFiles host) {
    LimitChecks limits = new LimitChecks(host);
    limits.addCapabilities();
    limits.addHardLimits();
    limits.addSysctl(
        "/proc/sys/kernel/keys/maxkeys", FEW_KEYS, 2000, "each container may take a key");
    limits.addSysctl("/proc/sys/kernel/pid_max", FEW_PIDS, 4_194_304, "all processes share it");
    limits.addSysctl(
        "/proc/sys/fs/inotify/max_user_instances",
        FEW_INSTANCES,
        1024,
        "containers of one user share it");
    limits.addSysctl(
        "/proc/sys/fs/inotify/max_user_watches",
        FEW_WATCHES,
        524_288,
        "containers of one user share it");
    limits.addForwarding();
    limits.addFirewall();
    limits.addIdRanges();
    limits.addPrograms();
    return limits.checks;
  }

  private void addCapabilities() {
    boolean admin = hasCapability(SYS_ADMIN);
    checks.add(
        admin
            ? Check.ok("root", "CAP_SYS_ADMIN")
            : Check.fail("root", "no CAP_SYS_ADMIN", "This version runs as root only: use sudo."));
    boolean resource = hasCapability(SYS_RESOURCE);
    checks.add(
        Check.wanted(
            resource,
            "raising limits",
            resource ? "CAP_SYS_RESOURCE" : "no CAP_SYS_RESOURCE",
            "--ulimit above the caller's hard limits is refused."));
  }

  private boolean hasCapability(int number) {
    try {
      String effective = host.value("/proc/self/status", "CapEff");
      return (Long.parseUnsignedLong(effective, 16) >> number & 1) != 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /* proc_pid_limits(5): the name, the soft limit, the hard limit, the unit. */
  private void addHardLimits() {
    for (String line : host.text("/proc/self/limits").split("\n")) {
      if (line.startsWith("Max open files") || line.startsWith("Max processes")) {
        String[] words = line.substring("Max ".length()).strip().split("\\s{2,}");
        String hard = words.length > 2 ? words[2] : "";
        boolean low = !hard.equals("unlimited") && number(hard) < 4096;
        checks.add(
            Check.wanted(
                !low,
                "limit: " + words[0],
                "at most " + hard,
                "Containers get no more than nsbox itself may have: raise it in"
                    + " /etc/security/limits.conf or in the unit."));
      }
    }
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private void addSysctl(String path, long few, long better, String why) {
    Optional<Long> value = host.number(path);
    if (value.isPresent()) {
      String name = path.substring("/proc/sys/".length()).replace('/', '.');
      checks.add(
          Check.wanted(
              value.get() >= few,
              name,
              value.get().toString(),
              "Low for many containers, as " + why + ": sysctl " + name + "=" + better));
    }
  }

  private void addForwarding() {
    boolean on = host.text("/proc/sys/net/ipv4/ip_forward").equals("1");
    checks.add(Check.ok("net.ipv4.ip_forward", on ? "1" : "0, until a container is on a network"));
  }

  private void addFirewall() {
    boolean tables =
        host.has("/proc/net/ip_tables_names") && !host.text("/proc/net/ip_tables_names").isEmpty();
    boolean nft = host.has("/sys/module/nf_tables");
    checks.add(
        Check.ok(
            "firewall",
            nft && tables
                ? "nftables, and old iptables"
                : nft ? "nftables" : tables ? "iptables" : "none seen"));
  }

  private void addIdRanges() {
    boolean programs = found("newuidmap") && found("newgidmap");
    boolean ranges = !host.text("/etc/subuid").isEmpty() && !host.text("/etc/subgid").isEmpty();
    checks.add(
        Check.wanted(
            programs && ranges,
            "ID ranges of other users",
            (programs ? "newuidmap" : "no newuidmap")
                + (ranges ? ", /etc/subuid" : ", no /etc/subuid"),
            "Nothing for root; other users will need the package uidmap and lines in /etc/subuid and"
                + " /etc/subgid."));
  }

  private void addPrograms() {
    boolean criu = found("criu");
    checks.add(
        Check.wanted(
            criu, "criu", criu ? "there" : "not installed", "Containers cannot be checkpointed."));
  }

  private boolean found(String program) {
    for (String folder :
        List.of(
            "/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/", "/usr/local/bin/", "/usr/local/sbin/")) {
      if (host.has(folder + program)) {
        return true;
      }
    }
    return false;
  }
}

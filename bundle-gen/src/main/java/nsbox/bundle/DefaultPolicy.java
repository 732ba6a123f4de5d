package nsbox.bundle;

import java.util.List;
import java.util.Map;

/// What every container gets, whatever its image says: nsbox's own decisions, in one place.
public final class DefaultPolicy {
  private DefaultPolicy() {}

  public static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /// Enough for the programs that people put into images, nothing that reaches the host: podman's
  /// set. Docker adds MKNOD, NET_RAW and AUDIT_WRITE.
  public static final List<String> CAPABILITIES =
      List.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_FOWNER",
          "CAP_FSETID",
          "CAP_KILL",
          "CAP_NET_BIND_SERVICE",
          "CAP_SETFCAP",
          "CAP_SETGID",
          "CAP_SETPCAP",
          "CAP_SETUID",
          "CAP_SYS_CHROOT");

  /// Processes and threads in one container: a fork bomb ends here.
  public static final long PIDS_LIMIT = 2048;

  public static final List<String> MASKED_PATHS =
      List.of(
          "/proc/acpi",
          "/proc/asound",
          "/proc/interrupts",
          "/proc/kcore",
          "/proc/keys",
          "/proc/latency_stats",
          "/proc/sched_debug",
          "/proc/scsi",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/sys/dev/block",
          "/sys/devices/virtual/powercap",
          "/sys/firmware",
          "/sys/fs/selinux");

  public static final List<String> READONLY_PATHS =
      List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

  /// The groups whose processes may ping without a capability.
  static final String PING_GROUPS = "net.ipv4.ping_group_range";

  /// Of the container's own network namespace: any user may ping and listen on low ports there.
  static final Map<String, String> NETWORK_SYSCTLS =
      Map.of("net.ipv4.ip_unprivileged_port_start", "0", PING_GROUPS, "0 2147483647");

  /// One default mount.
  public record Mount(String destination, String type, List<String> options) {}

  public static final List<Mount> MOUNTS =
      List.of(
          new Mount("/proc", "proc", List.of("nosuid", "noexec", "nodev")),
          new Mount("/dev", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k")),
          new Mount(
              "/dev/pts",
              "devpts",
              List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5")),
          new Mount("/sys", "sysfs", List.of("nosuid", "noexec", "nodev", "ro")),
          new Mount("/sys/fs/cgroup", "cgroup", List.of("nosuid", "noexec", "nodev", "ro")),
          new Mount("/dev/mqueue", "mqueue", List.of("nosuid", "noexec", "nodev")),
          new Mount(
              "/dev/shm",
              "tmpfs",
              List.of("nosuid", "noexec", "nodev", "mode=1777", "size=65536k")));
}

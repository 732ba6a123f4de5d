package nsbox.cli.flags;

import java.util.List;
import java.util.Optional;
import nsbox.bundle.options.ResourceOptions;
import nsbox.cli.Failure;
import nsbox.cli.Flags;

/// Options about what a container may use up.
final class LimitFlags {
  private LimitFlags() {}

  static void addTo(Flags flags) {
    MemoryFlags.addTo(flags);
    CpuFlags.addTo(flags);
    BlockIoFlags.addTo(flags);
    flags
        .text("N", "Most processes and threads (2048); -1 for no limit", "--pids-limit")
        .text("PATH", "The cgroup in which the container's is made (/nsbox)", "--cgroup-parent")
        .texts("FILE=VALUE", "Write to a file of its cgroup, version 2", "--cgroup-conf");
  }

  static ResourceOptions read(Asked asked) throws Failure {
    Limits limits = new Limits(asked);
    MemoryFlags.read(asked, limits);
    CpuFlags.read(asked, limits);
    BlockIoFlags.read(asked, limits);
    Optional<Long> pids = asked.number("--pids-limit", -1, Long.MAX_VALUE);
    if (pids.isPresent()) {
      boolean none = pids.get() <= 0;
      /* Where nothing can limit them, nothing does. */
      if (none
          ? limits.support().has("pids", "", "pids")
          : limits.orWarn("--pids-limit", "pids", "", "pids")) {
        limits.put("--pids-limit", "pids", "limit", none ? -1L : pids.get());
      }
    }
    unified(asked.texts("--cgroup-conf"), limits);
    return new ResourceOptions(limits.resources(), limits.sources(), parent(asked));
  }

  private static void unified(List<String> flags, Limits limits) throws Failure {
    for (String flag : flags) {
      int equals = flag.indexOf('=');
      if (equals < 1) {
        throw new Failure(
            "--cgroup-conf " + flag + ": expected FILE=VALUE, as in memory.high=1073741824");
      }
      if (!limits.support().isVersion2()) {
        throw new Failure(
            "--cgroup-conf " + flag + ": needs cgroup version 2, and this host has version 1");
      }
      limits.put("--cgroup-conf", "unified", flag.substring(0, equals), flag.substring(equals + 1));
    }
  }

  private static Optional<String> parent(Asked asked) throws Failure {
    Optional<String> parent = asked.text("--cgroup-parent");
    if (parent.isEmpty() || parent.get().isEmpty()) {
      return Optional.empty();
    }
    String path = parent.get().startsWith("/") ? parent.get() : "/" + parent.get();
    if ((path + "/").contains("/../") || path.endsWith(".slice")) {
      throw new Failure(
          "--cgroup-parent "
              + parent.get()
              + ": expected a path without '..' in the hierarchy of cgroups, and no slice of systemd");
    }
    return Optional.of(path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
  }
}

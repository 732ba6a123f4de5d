package nsbox.e2e.runtime.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.runtime.Bundle;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What the runtime writes to procfs, sent elsewhere; and procfs hidden from it and from what runs.
final class ProcfsAttackTest extends AttackTests {
  private static final String SOMAXCONN = "net.core.somaxconn";

  /// A folder as a volume of the attacker's, with a file that looks like one of procfs.
  private Path falseProcfs(String file) throws Exception {
    Path folder = Files.createDirectory(nsbox.folder.resolve("volume-" + id()));
    Files.createDirectories(folder.resolve(file).getParent());
    Files.writeString(folder.resolve(file), "untouched");
    return folder;
  }

  @Test
  @DisplayName("CVE-2025-52881: a sysctl is written to a volume that stands on /proc")
  void writesSysctlsToProcfsAlone() throws Exception {
    Bundle bundle = bundle();
    Path volume = falseProcfs("sys/net/core/somaxconn");
    bundle.unmount("/proc").bind(volume, "/proc").arguments("cat", "/real/sys/net/core/somaxconn");
    bundle.mount("/real", "proc", "proc");
    bundle.linux().put("sysctl", new JsonObject().put(SOMAXCONN, "77"));
    bundle.linux().put("readonlyPaths", List.of());
    prints("77\n", bundle);
    assertEquals("untouched", Files.readString(volume.resolve("sys/net/core/somaxconn")));
  }

  @Test
  @DisplayName("CVE-2025-52881: a sysctl goes through a link to another file of procfs")
  void writesSysctlsToTheRightFile() throws Exception {
    Bundle bundle = bundle();
    Path volume = Files.createDirectory(nsbox.folder.resolve("volume-" + id()));
    Files.createDirectories(volume.resolve("sys/net/core"));
    Files.createSymbolicLink(
        volume.resolve("sys/net/core/somaxconn"), Path.of("/real/sys/net/ipv4/ip_default_ttl"));
    bundle.unmount("/proc").bind(volume, "/proc");
    bundle.mount("/real", "proc", "proc").linux().put("readonlyPaths", List.of());
    bundle.arguments("cat", "/real/sys/net/core/somaxconn", "/real/sys/net/ipv4/ip_default_ttl");
    bundle.linux().put("sysctl", new JsonObject().put(SOMAXCONN, "77"));
    prints("77\n64\n", bundle);
  }

  @Test
  @DisplayName("CVE-2025-52881: a sysctl is written to a FIFO that nobody reads")
  void doesNotWaitForAFifo() throws Exception {
    Bundle bundle = bundle().unmount("/proc").arguments("true");
    Path folder = Files.createDirectories(bundle.rootfs().resolve("proc/sys/net/core"));
    call("mkfifo", folder.resolve("somaxconn").toString()).expect(0);
    bundle.linux().put("sysctl", new JsonObject().put(SOMAXCONN, "77"));
    prints("", bundle);
  }

  @Test
  @DisplayName("CVE-2025-52881: the OOM score is written to a volume that stands on /proc")
  void writesTheOomScoreToProcfsAlone() throws Exception {
    Bundle bundle = bundle();
    Path volume = falseProcfs("self/oom_score_adj");
    bundle.unmount("/proc").bind(volume, "/proc");
    bundle.mount("/real", "proc", "proc").arguments("cat", "/real/self/oom_score_adj");
    bundle.process().put("oomScoreAdj", 321);
    prints("321\n", bundle);
    assertEquals("untouched", Files.readString(volume.resolve("self/oom_score_adj")));
  }

  @Test
  @DisplayName(
      "CVE-2019-16884, CVE-2019-19921: a label is written to a volume that stands on /proc")
  void writesNoLabelToAVolume() throws Exception {
    Bundle bundle = bundle();
    Path volume = falseProcfs("thread-self/attr/exec");
    Files.createDirectories(volume.resolve("thread-self/attr/apparmor"));
    Files.writeString(volume.resolve("thread-self/attr/apparmor/exec"), "untouched");
    bundle.bind(volume, "/proc").arguments("true");
    isRefused("/proc", run(bundle));
    bundle.unmount("/proc").bind(volume, "/proc");
    for (String field : List.of("apparmorProfile", "selinuxLabel")) {
      bundle.process().remove("apparmorProfile").put(field, "confined");
      /* Where the host has no such module, the label alone is the reason. */
      assertNotEquals(0, run(bundle).code());
    }
    assertEquals("untouched", Files.readString(volume.resolve("thread-self/attr/exec")));
    assertEquals("untouched", Files.readString(volume.resolve("thread-self/attr/apparmor/exec")));
  }

  @Test
  @DisplayName("CVE-2023-28642: a volume covers a part of procfs")
  void refusesMountsInsideProcfs() throws Exception {
    Path file = Files.writeString(nsbox.folder.resolve("file-" + id()), "mine\n");
    Path folder = Files.createDirectory(nsbox.folder.resolve("folder-" + id()));
    for (String place : List.of("/proc/sys", "/proc/self/attr", "/proc", "/p/sys/kernel")) {
      Bundle bundle = bundle().link("p", Path.of("/proc")).arguments("true");
      isRefused(place + " is inside of procfs", run(bundle.bind(folder, place)));
    }
    for (String place : List.of("/proc/sys", "/proc")) {
      Bundle bundle = bundle().mount(place, "tmpfs", "tmpfs").arguments("true");
      isRefused(place + " is inside of procfs", run(bundle));
    }
    for (String place :
        List.of("/proc/self/attr/exec", "/proc/sys/kernel/core_pattern", "/proc/keys")) {
      isRefused(place + " is inside of procfs", run(bundle().bind(file, place).arguments("true")));
    }
    prints("mine\n", bundle().bind(file, "/proc/meminfo").arguments("cat", "/proc/meminfo"));
  }

  @Test
  @DisplayName("S-015: procfs and sysfs cannot be changed")
  void cannotChangeTheKernel() throws Exception {
    /* Opened alone: where there is no guard, a test must not be the one who does it. */
    prints(
        "",
        bundle()
            .script(
                "for f in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe"
                    + " /proc/sysrq-trigger /proc/irq/default_smp_affinity"
                    + " /sys/kernel/uevent_helper /sys/kernel/mm/ksm/run; do"
                    + " [ -e $f ] && { true > $f; } 2>/dev/null && echo opened $f; done; true"));
  }

  @Test
  @DisplayName("CVE-2023-25809: /sys/fs/cgroup without a cgroup namespace")
  void showsItsOwnCgroupAloneAndReadOnly() throws Exception {
    String script =
        "for d in /sys/fs/cgroup /sys/fs/cgroup/*; do mkdir $d/made 2>/dev/null && echo made $d;"
            + " for f in $d/cgroup.procs $d/release_agent $d/notify_on_release; do"
            + " [ -e $f ] && { echo 0 > $f; } 2>/dev/null && echo wrote $f; done; done; true";
    prints("", bundle().withoutNamespace("cgroup").script(script));
    prints("", bundle().script(script));
  }

  @Test
  @DisplayName("CVE-2022-0492: no release_agent, not even where cgroups may be written to")
  void showsNoReleaseAgent() throws Exception {
    assumeTrue(Files.exists(Path.of("/sys/fs/cgroup/pids")), "a host without cgroups of version 1");
    for (boolean own : List.of(true, false)) {
      Bundle bundle = bundle().unmount("/sys/fs/cgroup");
      bundle.mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "rw");
      if (!own) {
        bundle.withoutNamespace("cgroup");
      }
      Result result =
          run(bundle.script("ls -d /sys/fs/cgroup/*/release_agent; cat /proc/self/mountinfo"));
      assertEquals(0, result.code(), result.toString());
      for (String line : result.out().lines().toList()) {
        assertFalse(line.endsWith("release_agent"), line);
        if (line.contains(" /sys/fs/cgroup/") && line.contains(" - cgroup")) {
          String shown = line.split(" ")[3];
          assertEquals(!own, shown.contains(id()), line);
        }
      }
    }
  }
}

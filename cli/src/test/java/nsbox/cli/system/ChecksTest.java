package nsbox.cli.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `nsbox doctor` makes of hosts that are not this one, given as files.
class ChecksTest {
  @TempDir Path root;
  private HostFiles host;

  @BeforeEach
  void makeHost() throws IOException {
    host = new HostFiles(root);
    write("/proc/sys/kernel/osrelease", "6.18.0-1-amd64\n");
    for (String name : List.of("mnt", "pid", "net", "ipc", "uts", "user", "cgroup", "time")) {
      write("/proc/self/ns/" + name, "");
    }
    write("/proc/sys/kernel/seccomp/actions_avail", "kill_process errno user_notif allow\n");
    write("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n");
    write("/sys/fs/cgroup/cgroup.subtree_control", "cpu memory\n");
    write("/proc/self/status", "Name:\tjava\nCapEff:\t000001ffffffffff\n");
  }

  private void write(String path, String text) throws IOException {
    Path file = host.path(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Check check(List<Check> checks, String what) {
    return checks.stream().filter(it -> it.what().equals(what)).findFirst().orElseThrow();
  }

  private String kernel(String what) {
    Check check = check(KernelChecks.all(host), what);
    return check.level().word() + " " + check.found();
  }

  @Test
  void aGoodHostHasNothingToComplainOf() {
    for (Check check : KernelChecks.all(host)) {
      assertEquals(Check.Level.OK, check.level(), check.toString());
    }
    for (Check check : CgroupChecks.all(host)) {
      assertEquals(Check.Level.OK, check.level(), check.toString());
    }
  }

  @Test
  void anOldKernelRunsNothing() throws IOException {
    write("/proc/sys/kernel/osrelease", "5.4.0\n");
    assertEquals("fail 5.4.0", kernel("kernel"));
    assertEquals("warn not before Linux 5.6", kernel("openat2"));
    write("/proc/sys/kernel/osrelease", "6.1.0\n");
    assertEquals("ok 6.1.0", kernel("kernel"));
    assertEquals("ok there", kernel("idmapped layers"));
    assertEquals("warn not before Linux 6.15", kernel("exit codes by pidfd"));
  }

  @ParameterizedTest(name = "{0} >= {1}: {2}")
  @CsvSource({
    "6.18.0-1-amd64,5.12,true",
    "5.12,5.12,true",
    "5.9.1,5.12,false",
    "10.0,6.15,true",
    "6.15-rc1,6.15,true",
    "strange,5.12,false",
    "6,5.12,false"
  })
  void comparesVersions(String release, String version, boolean atLeast) {
    assertEquals(atLeast, KernelChecks.isAtLeast(release, version));
  }

  @Test
  void missingNamespacesAreNamed() throws IOException {
    Files.delete(host.path("/proc/self/ns/net"));
    Files.delete(host.path("/proc/self/ns/time"));
    assertEquals("fail none of type net", kernel("namespaces"));
    assertEquals("warn none", kernel("time namespace"));
    write("/proc/sys/user/max_user_namespaces", "0\n");
    assertEquals("warn at most 0", kernel("user namespaces"));
    write("/proc/sys/kernel/unprivileged_userns_clone", "0\n");
    assertEquals("warn not allowed", kernel("user namespaces without root"));
  }

  @Test
  void seccompIsNeededAndItsNotificationsWanted() throws IOException {
    write("/proc/sys/kernel/seccomp/actions_avail", "kill_process errno allow\n");
    assertEquals("ok kill_process errno allow", kernel("seccomp"));
    assertEquals("warn none", kernel("seccomp notify"));
    Files.delete(host.path("/proc/sys/kernel/seccomp/actions_avail"));
    assertEquals("fail none", kernel("seccomp"));
  }

  @Test
  void readsCgroupsOfVersion1() throws IOException {
    Files.delete(host.path("/sys/fs/cgroup/cgroup.controllers"));
    write(
        "/proc/cgroups",
        "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t1\t1\t1\nmemory\t2\t1\t0\npids\t3\t1\t1\n");
    write(
        "/proc/self/mounts",
        "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu,cpuacct 0 0\n"
            + "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n");
    List<Check> checks = CgroupChecks.all(host);
    assertEquals("hybrid (version 1 and 2)", check(checks, "cgroups").found());
    Check controllers = check(checks, "cgroup controllers");
    assertEquals(Check.Level.WARN, controllers.level());
    assertEquals("cpu", controllers.found());
    assertTrue(controllers.advice().startsWith("Without cpuset, memory, pids such limits"));
    write("/proc/self/mounts", "");
    assertEquals(Check.Level.FAIL, check(CgroupChecks.all(host), "cgroups").level());
  }

  @Test
  void tellsWhatCannotBeRaised() throws IOException {
    assertEquals("CAP_SYS_RESOURCE", check(LimitChecks.all(host), "raising limits").found());
    write("/proc/self/status", "CapEff:\t0000000000200000\n");
    write(
        "/proc/self/limits",
        "Limit                     Soft Limit           Hard Limit           Units     \n"
            + "Max processes             1000                 1000                 processes \n"
            + "Max open files            1024                 1048576              files     \n");
    write("/proc/sys/kernel/keys/maxkeys", "200\n");
    List<Check> checks = LimitChecks.all(host);
    assertEquals("no CAP_SYS_RESOURCE", check(checks, "raising limits").found());
    assertEquals(Check.Level.OK, check(checks, "root").level());
    assertEquals(Check.Level.WARN, check(checks, "limit: processes").level());
    assertEquals("at most 1048576", check(checks, "limit: open files").found());
    assertTrue(
        check(checks, "kernel.keys.maxkeys").advice().endsWith("sysctl kernel.keys.maxkeys=2000"));
    assertFalse(checks.toString().contains("pid_max"), "what the host does not say");
  }
}

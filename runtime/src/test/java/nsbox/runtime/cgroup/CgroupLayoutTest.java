package nsbox.runtime.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import nsbox.runtime.cgroup.CgroupLayout.Hierarchy;
import org.junit.jupiter.api.Test;

class CgroupLayoutTest {
  private static final String OTHER_MOUNTS =
      """
      22 28 0:21 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
      23 28 0:22 / /proc rw,nosuid,nodev,noexec,relatime shared:14 - proc proc rw
      28 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,discard,errors=remount-ro
      """;

  private static final String VERSION_1 =
      OTHER_MOUNTS
          + """
          29 22 0:25 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:9 - tmpfs tmpfs ro,mode=755
          31 29 0:28 / /sys/fs/cgroup/systemd rw,nosuid,nodev,noexec,relatime shared:11 - cgroup cgroup rw,xattr,release_agent=/lib/systemd/systemd-cgroups-agent,name=systemd
          35 29 0:32 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid,nodev,noexec,relatime shared:16 - cgroup cgroup rw,cpu,cpuacct
          36 29 0:33 / /sys/fs/cgroup/cpuset rw,nosuid,nodev,noexec,relatime shared:17 - cgroup cgroup rw,cpuset,clone_children,noprefix,cpuset_v2_mode
          37 29 0:34 / /sys/fs/cgroup/pids rw,nosuid,nodev,noexec,relatime shared:18 - cgroup cgroup rw,pids
          """;

  private static final String MEMBERSHIP_1 =
      """
      9:pids:/user.slice/user-1000.slice/session-3.scope
      4:cpuset:/
      3:cpu,cpuacct:/user.slice
      1:name=systemd:/user.slice/user-1000.slice/session-3.scope
      """;

  @Test
  void readsVersion1() {
    CgroupLayout layout = CgroupLayout.parse(VERSION_1, MEMBERSHIP_1);
    String session = "/user.slice/user-1000.slice/session-3.scope";
    assertEquals(
        List.of(
            new Hierarchy("name=systemd", "/sys/fs/cgroup/systemd", session),
            new Hierarchy("cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct", "/user.slice"),
            new Hierarchy("cpuset", "/sys/fs/cgroup/cpuset", "/"),
            new Hierarchy("pids", "/sys/fs/cgroup/pids", session)),
        layout.hierarchies());
    assertFalse(layout.isUnified());
    assertEquals(Optional.empty(), layout.unified());
    assertEquals("/sys/fs/cgroup/pids", layout.controller("pids").get().mountPoint());
  }

  @Test
  void findsAControllerAmongThoseMountedTogether() {
    CgroupLayout layout = CgroupLayout.parse(VERSION_1, MEMBERSHIP_1);
    assertEquals("cpu,cpuacct", layout.controller("cpuacct").get().name());
    assertEquals("cpu,cpuacct", layout.controller("cpu").get().name());
    assertEquals(Optional.empty(), layout.controller("memory"));
    assertEquals(Optional.empty(), layout.controller("cpu,"));
    assertEquals(Optional.empty(), layout.controller("systemd"));
  }

  @Test
  void namesDirectoriesByCustom() {
    CgroupLayout layout = CgroupLayout.parse(VERSION_1, MEMBERSHIP_1);
    assertEquals("systemd", layout.hierarchies().get(0).directoryName());
    assertEquals("cpu,cpuacct", layout.hierarchies().get(1).directoryName());
  }

  @Test
  void readsHybrid() {
    CgroupLayout layout =
        CgroupLayout.parse(
            VERSION_1
                + "30 29 0:27 / /sys/fs/cgroup/unified rw,nosuid,nodev,noexec,relatime shared:10"
                + " - cgroup2 cgroup2 rw,nsdelegate\n",
            MEMBERSHIP_1 + "0::/user.slice/session-3.scope\n");
    Hierarchy unified = new Hierarchy("", "/sys/fs/cgroup/unified", "/user.slice/session-3.scope");
    assertEquals(Optional.of(unified), layout.unified());
    assertEquals("unified", unified.directoryName());
    assertFalse(layout.isUnified());
    assertTrue(layout.controller("pids").isPresent());
    assertFalse(layout.controller("").isPresent());
  }

  @Test
  void readsVersion2Alone() {
    CgroupLayout layout =
        CgroupLayout.parse(
            OTHER_MOUNTS
                + "26 22 0:23 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4"
                + " - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n",
            "0::/system.slice/ssh.service\n");
    assertTrue(layout.isUnified());
    assertEquals(
        List.of(new Hierarchy("", "/sys/fs/cgroup", "/system.slice/ssh.service")),
        layout.hierarchies());
    assertEquals(Optional.empty(), layout.controller("pids"));
  }

  @Test
  void takesTheFirstMountOfAHierarchyThatIsMountedTwice() {
    CgroupLayout layout =
        CgroupLayout.parse(
            VERSION_1 + "99 28 0:34 / /mnt/pids rw - cgroup cgroup rw,pids\n", MEMBERSHIP_1);
    assertEquals("/sys/fs/cgroup/pids", layout.controller("pids").get().mountPoint());
    assertEquals(4, layout.hierarchies().size());
  }

  /* As on a host with SELinux. */
  @Test
  void takesNoMountOptionForAController() {
    CgroupLayout layout =
        CgroupLayout.parse(
            "35 29 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,seclabel,memory\n",
            "2:memory:/a\n");
    assertEquals(
        List.of(new Hierarchy("memory", "/sys/fs/cgroup/memory", "/a")), layout.hierarchies());
  }

  @Test
  void readsMountPointsWithBlanks() {
    CgroupLayout layout =
        CgroupLayout.parse("1 2 0:3 / /mnt/a\\040b\\134c rw - cgroup2 none rw\n", "0::/\n");
    assertEquals("/mnt/a b\\c", layout.unified().get().mountPoint());
  }

  @Test
  void readsACgroupWithAColonInItsName() {
    CgroupLayout layout = CgroupLayout.parse(VERSION_1, "9:pids:/a:b:c\n");
    assertEquals("/a:b:c", layout.controller("pids").get().ownPath());
  }

  @Test
  void takesTheRootOfAHierarchyThatMembershipDoesNotName() {
    CgroupLayout layout = CgroupLayout.parse(VERSION_1, "");
    assertEquals("/", layout.controller("pids").get().ownPath());
  }

  @Test
  void findsNoneOnAHostWithoutCgroups() {
    CgroupLayout layout = CgroupLayout.parse(OTHER_MOUNTS, "");
    assertEquals(List.of(), layout.hierarchies());
    assertFalse(layout.isUnified());
  }

  @Test
  void readsThisHost() throws Exception {
    for (Hierarchy hierarchy : CgroupLayout.ofHost().hierarchies()) {
      assertTrue(hierarchy.mountPoint().startsWith("/"), hierarchy.toString());
      assertTrue(hierarchy.ownPath().startsWith("/"), hierarchy.toString());
    }
  }
}

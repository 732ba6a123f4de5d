package nsbox.runtime.plan;

import static nsbox.runtime.plan.LaunchFixture.all;
import static nsbox.runtime.plan.LaunchFixture.only;
import static nsbox.runtime.plan.LaunchFixture.places;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.UnsupportedSpecException;
import nsbox.runtime.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LaunchPlanTest {
  private static final long CLONE_NEWNS = 0x00020000L;
  private static final long CLONE_NEWNET = 0x40000000L;

  @Test
  void startsAnOverlayOnAVersion1Host() throws Exception {
    golden("version1-overlay", new LaunchFixture().on(LaunchFixture.VERSION_1));
  }

  @Test
  void startsADirectoryWithATerminalForAUserOnAHybridHost() throws Exception {
    golden(
        "hybrid-directory-terminal-user",
        new LaunchFixture()
            .on(LaunchFixture.HYBRID)
            .from(LaunchFixture.DIRECTORY)
            .keepingInput()
            .with("process.terminal", "true")
            .with("process.consoleSize", "{'height': 24, 'width': 80}")
            .with("process.user", "{'uid': 1000, 'gid': 100, 'umask': 18, 'additionalGids': [4]}")
            .with("process.cwd", "'/home/me'")
            .with("process.noNewPrivileges", "true")
            .with("process.oomScoreAdj", "500")
            .with("process.rlimits", "[{'type': 'RLIMIT_NOFILE', 'soft': 10, 'hard': 20}]")
            .with("process.capabilities.inheritable", "['CAP_KILL']")
            .with("process.capabilities.ambient", "['CAP_KILL']")
            .with("root.readonly", "true"));
  }

  @Test
  void startsOnTheHostsNetworkOnAVersion2Host() throws Exception {
    golden(
        "version2-host-network",
        new LaunchFixture()
            .on(LaunchFixture.VERSION_2)
            .namespaces("pid", "ipc", "uts", "mount")
            .without("linux.sysctl"));
  }

  @Test
  void loadsTheFilterBeforeRightsGoWhereNewPrivilegesAreAllowed() throws Exception {
    Map<Opcode, Integer> places = places(new LaunchFixture().compile());
    assertTrue(places.get(Opcode.SECCOMP) < places.get(Opcode.IDENTITY));
    assertTrue(places.get(Opcode.SECCOMP) < places.get(Opcode.BOUNDING_SET));
  }

  @Test
  void loadsTheFilterAfterAllRightsAreSetWhereNewPrivilegesAreNot() throws Exception {
    Program program = new LaunchFixture().with("process.noNewPrivileges", "true").compile();
    Map<Opcode, Integer> places = places(program);
    assertTrue(places.get(Opcode.NO_NEW_PRIVILEGES) < places.get(Opcode.SECCOMP));
    assertTrue(places.get(Opcode.SECCOMP) > places.get(Opcode.CAPABILITIES));
    assertEquals(places.get(Opcode.EXECUTE) - 2, places.get(Opcode.SECCOMP));
    assertEquals(1, all(program, Opcode.SECCOMP).size());
  }

  @Test
  void givesTheLastValueOfAVariable() throws Exception {
    Program program =
        new LaunchFixture()
            .with("process.env", "['A=1', 'HOME=/h', 'A=2', 'B=', 'A=3=4']")
            .compile();
    assertEquals(List.of("A=3=4", "HOME=/h", "B="), program.init().getLast().arguments().get(1));
  }

  @Test
  void endsWithTheProgram() throws Exception {
    Program program = new LaunchFixture().compile();
    Instruction last = program.init().getLast();
    assertEquals(Opcode.EXECUTE, last.opcode());
    assertEquals(
        List.of(
            List.of("/bin/sleep", "10"),
            List.of("PATH=/usr/bin:/bin", "HOME=/root"),
            "/usr/bin:/bin",
            0L),
        last.arguments());
  }

  @Test
  void asksForNoNamespaceThatIsNotConfigured() throws Exception {
    Instruction spawn =
        only(
            new LaunchFixture()
                .namespaces("mount")
                .without("linux.sysctl")
                .without("hostname")
                .compile(),
            Opcode.SPAWN);
    assertEquals(CLONE_NEWNS, spawn.arguments().get(0));
    Instruction full = only(new LaunchFixture().compile(), Opcode.SPAWN);
    assertEquals(CLONE_NEWNET, (Long) full.arguments().get(0) & CLONE_NEWNET);
    assertEquals("/golden/cgroup/nsbox/c1", full.arguments().get(3));
  }

  @Test
  void refusesToMountInTheHostsNamespace() throws IOException {
    UnsupportedSpecException e = refused(new LaunchFixture().namespaces("pid"));
    assertEquals("linux.namespaces", e.field());
  }

  @Test
  void bringsUpTheLoopbackInterfaceOnlyInItsOwnNetwork() throws Exception {
    assertEquals(1, all(new LaunchFixture().compile(), Opcode.NETLINK).size());
    Program host = new LaunchFixture().namespaces("mount", "uts").without("linux.sysctl").compile();
    assertEquals(0, all(host, Opcode.NETLINK).size());
  }

  @Test
  void refusesNamesWithoutANamespaceForThem() throws IOException {
    LaunchFixture hostname = new LaunchFixture().namespaces("mount", "network");
    assertEquals("hostname", refused(hostname).field());
    LaunchFixture domainname =
        new LaunchFixture()
            .namespaces("mount", "network")
            .without("hostname")
            .with("domainname", "'example.org'");
    assertEquals("domainname", refused(domainname).field());
  }

  @Test
  void refusesSysctlsWithoutANamespaceForThem() throws IOException {
    LaunchFixture net = new LaunchFixture().namespaces("mount", "uts", "ipc");
    assertEquals(
        "linux.sysctl: net.ipv4.ip_unprivileged_port_start: needs the container's own network"
            + " namespace",
        refused(net).getMessage());
    for (String name :
        List.of("kernel.shmmax", "kernel.msgmax", "kernel.sem", "fs.mqueue.msg_max")) {
      LaunchFixture ipc =
          new LaunchFixture()
              .namespaces("mount", "uts", "network")
              .with("linux.sysctl", "{'" + name + "': '1'}");
      assertEquals(
          "linux.sysctl: " + name + ": needs the container's own ipc namespace",
          refused(ipc).getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vm.swappiness", "kernel.hostname", "kernel.core_pattern", "network.x"})
  void refusesSysctlsOfTheHost(String name) throws IOException {
    LaunchFixture fixture = new LaunchFixture().with("linux.sysctl", "{'" + name + "': '1'}");
    assertEquals("linux.sysctl: " + name, refused(fixture).field());
  }

  @Test
  void writesSysctlsBelowProcSys() throws Exception {
    assertEquals(
        List.of("net/ipv4/ip_unprivileged_port_start", "0"),
        only(new LaunchFixture().compile(), Opcode.SYSCTL_AT).arguments());
  }

  /* mount(2) takes a page of options; what is above it would be cut off. */
  @Test
  void mountsManyLayersOneByOne() throws Exception {
    List<String> lowers = new ArrayList<>();
    while (String.join(":", lowers).length() <= 4096) {
      lowers.add("/var/lib/nsbox/snapshots/sha256/" + "0123456789abcdef".repeat(4) + lowers.size());
    }
    Program program =
        new LaunchFixture()
            .from(new Rootfs.Overlay(lowers, "/u", "/w", "/m", false, false, Optional.empty()))
            .compile();
    Instruction overlay = only(program, Opcode.OVERLAY);
    assertEquals("/m", overlay.arguments().get(0));
    assertEquals(
        List.of("upperdir=/u", "workdir=/w", "index=off", "metacopy=off", "redirect_dir=nofollow"),
        overlay.arguments().get(2));
    assertEquals(lowers, overlay.arguments().get(3));
    assertEquals(0, all(program, Opcode.MOUNT).size());
  }

  @Test
  void mountsAsManyLayersAtOnceAsAPageTakes() throws Exception {
    String fixed = "lowerdir=,upperdir=/u,workdir=/w,index=off,metacopy=off,redirect_dir=nofollow";
    String longest = "/" + "l".repeat(4095 - fixed.length() - 1);
    assertEquals(1, all(overlayOf(longest), Opcode.MOUNT).size());
    assertEquals(1, all(overlayOf(longest + "l"), Opcode.OVERLAY).size());
  }

  /* In the options of mount(2) a backslash, a colon and a comma have a meaning. */
  @ParameterizedTest
  @ValueSource(strings = {"/a\\b", "/a:b", "/a,b"})
  void mountsPathsWithSpecialCharactersOneByOne(String lower) throws Exception {
    assertEquals(List.of(lower), only(overlayOf(lower), Opcode.OVERLAY).arguments().get(3));
  }

  @Test
  void skipsSyncsOnlyWhereTheContainerIsThrownAway() throws Exception {
    String data = (String) only(new LaunchFixture().compile(), Opcode.MOUNT).arguments().get(4);
    assertTrue(data.endsWith(",volatile"), data);
    String kept = (String) only(overlayOf("/l"), Opcode.MOUNT).arguments().get(4);
    assertTrue(!kept.contains("volatile"), kept);
  }

  @Test
  void saysWhichAttributesTheLayersHave() throws Exception {
    Rootfs.Overlay rootless =
        new Rootfs.Overlay(List.of("/l"), "/u", "/w", "/m", false, true, Optional.empty());
    Program program = new LaunchFixture().from(rootless).compile();
    String data = (String) only(program, Opcode.MOUNT).arguments().get(4);
    assertTrue(data.endsWith(",userxattr"), data);
    String trusted = (String) only(overlayOf("/l"), Opcode.MOUNT).arguments().get(4);
    assertTrue(!trusted.contains("userxattr"), trusted);
  }

  @Test
  void setsCapabilitiesByTheirBits() throws Exception {
    Program program =
        new LaunchFixture()
            .with("process.capabilities.bounding", "['CAP_CHOWN', 'CAP_CHECKPOINT_RESTORE']")
            .with("process.capabilities.effective", "['CAP_SYS_ADMIN']")
            .with(
                "process.capabilities.permitted", "['CAP_NET_RAW', 'CAP_SYS_ADMIN', 'CAP_SYSLOG']")
            .with("process.capabilities.inheritable", "['CAP_NET_RAW', 'CAP_SETFCAP']")
            .with("process.capabilities.ambient", "['CAP_NET_RAW']")
            .compile();
    assertEquals(List.of(1L | 1L << 40), only(program, Opcode.BOUNDING_SET).arguments());
    assertEquals(
        List.of(1L << 21, 1L << 13 | 1L << 21 | 1L << 34, 1L << 13 | 1L << 31),
        only(program, Opcode.CAPABILITIES).arguments());
    assertEquals(List.of(1L << 13), only(program, Opcode.AMBIENT_SET).arguments());
  }

  @Test
  void leavesOutAmbientCapabilitiesThatTheKernelWouldRefuse() throws Exception {
    Program program =
        new LaunchFixture()
            .with("process.capabilities.permitted", "['CAP_NET_RAW', 'CAP_KILL']")
            .with("process.capabilities.inheritable", "['CAP_NET_RAW']")
            .with("process.capabilities.ambient", "['CAP_NET_RAW', 'CAP_KILL']")
            .compile();
    assertEquals(List.of(1L << 13), only(program, Opcode.AMBIENT_SET).arguments());
  }

  @ParameterizedTest
  @ValueSource(strings = {"CAP_EVERYTHING", "CHOWN", "cap_chown", "CAP_"})
  void refusesWhatIsNoCapability(String name) throws IOException {
    for (String set : List.of("bounding", "effective", "permitted", "inheritable", "ambient")) {
      LaunchFixture fixture =
          new LaunchFixture().with("process.capabilities." + set, "['" + name + "']");
      assertEquals(
          "process.capabilities." + set + ": " + name + " is no capability",
          refused(fixture).getMessage());
    }
  }

  @Test
  void givesNoCapabilitiesWhereNoneAreConfigured() throws Exception {
    Program program = new LaunchFixture().without("process.capabilities").compile();
    assertEquals(List.of(0L, 0L, 0L), only(program, Opcode.CAPABILITIES).arguments());
    assertEquals(List.of(0L), only(program, Opcode.BOUNDING_SET).arguments());
  }

  @Test
  void setsLimitsByTheirNumbers() throws Exception {
    Program program =
        new LaunchFixture()
            .with(
                "process.rlimits",
                "[{'type': 'RLIMIT_NOFILE', 'soft': 1024, 'hard': 18446744073709551615},"
                    + " {'type': 'RLIMIT_RTTIME', 'soft': 1, 'hard': 2}]")
            .compile();
    List<Instruction> limits = all(program, Opcode.RLIMIT);
    assertEquals(List.of(7L, 1024L, -1L), limits.get(0).arguments());
    assertEquals("limit RLIMIT_NOFILE to 1024, at most unlimited", limits.get(0).label());
    assertEquals(List.of(15L, 1L, 2L), limits.get(1).arguments());
  }

  @Test
  void refusesWhatIsNoLimit() throws IOException {
    LaunchFixture fixture =
        new LaunchFixture()
            .with("process.rlimits", "[{'type': 'RLIMIT_LUCK', 'soft': 1, 'hard': 2}]");
    assertEquals(
        "process.rlimits: RLIMIT_LUCK is no limit of Linux", refused(fixture).getMessage());
  }

  @Test
  void givesGroupsAs32BitNumbers() throws Exception {
    Program program =
        new LaunchFixture()
            .with("process.user", "{'uid': 1, 'gid': 2, 'additionalGids': [3, 4294967294]}")
            .compile();
    List<Object> arguments = only(program, Opcode.IDENTITY).arguments();
    assertEquals(List.of(1L, 2L), arguments.subList(0, 2));
    assertArrayEquals(
        new byte[] {3, 0, 0, 0, (byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff},
        (byte[]) arguments.get(2));
  }

  @Test
  void bindsRelativeToTheBundle() throws Exception {
    Program program =
        new LaunchFixture()
            .with("mounts", "[{'destination': '/d', 'source': 'data', 'options': ['bind']}]")
            .compile();
    assertEquals("/bundle/data", only(program, Opcode.BIND_AT).arguments().get(0));
  }

  /* 1: what is mounted below comes along. 2: the attributes hold for that, too. */
  @Test
  void bindsWhatIsBelowAndLeavesItsAttributesAloneUnlessAskedTo() throws Exception {
    assertEquals(0L, bindFlags("'bind', 'ro'"));
    assertEquals(1L, bindFlags("'rbind', 'ro'"));
    assertEquals(1L, bindFlags("'rbind', 'rw'"));
    assertEquals(3L, bindFlags("'rbind', 'rro'"));
  }

  @Test
  void refusesAnOptionThatABindMountHasNoUseFor() throws IOException {
    LaunchFixture fixture =
        new LaunchFixture()
            .with("mounts", "[{'destination': '/d', 'source': '/s', 'options': ['bind', 'x=y']}]");
    assertEquals("mounts: /d", refused(fixture).field());
  }

  @Test
  void refusesAMountWithoutAType() throws IOException {
    LaunchFixture fixture = new LaunchFixture().with("mounts", "[{'destination': '/d'}]");
    assertEquals("mounts: /d: no type", refused(fixture).getMessage());
  }

  @Test
  void makesATmpfsReadOnlyOnlyAfterAllIsInIt() throws Exception {
    Program program =
        new LaunchFixture()
            .with("mounts", "[{'destination': '/t', 'type': 'tmpfs', 'options': ['ro']}]")
            .compile();
    assertEquals(0L, only(program, Opcode.MOUNT_AT).arguments().get(3));
    assertEquals(List.of("/t", 0L, 1L, 0L), only(program, Opcode.SET_ATTRIBUTES_AT).arguments());
  }

  @Test
  void makesNoDevicesInADevOfTheHost() throws Exception {
    Program program =
        new LaunchFixture()
            .with("mounts", "[{'destination': '/dev', 'source': '/dev', 'options': ['rbind']}]")
            .compile();
    assertEquals(0, all(program, Opcode.MKNOD_AT).size());
  }

  @Test
  void linksToTheKernelsMemoryWhereTheHostHasIt() throws Exception {
    boolean linked =
        all(new LaunchFixture().compile(), Opcode.SYMLINK_AT).stream()
            .anyMatch(link -> link.arguments().equals(List.of("/proc/kcore", "/dev/core")));
    assertEquals(Files.exists(Path.of("/proc/kcore")), linked);
  }

  @Test
  void makesDevicesOfEveryKind() throws Exception {
    Program program =
        new LaunchFixture()
            .with(
                "linux.devices",
                "[{'path': '/dev/b', 'type': 'b', 'major': 8, 'minor': 1, 'fileMode': 384,"
                    + " 'uid': 3, 'gid': 4}, {'path': '/dev/p', 'type': 'p'},"
                    + " {'path': '/dev/u', 'type': 'u', 'major': 9, 'minor': 9}]")
            .compile();
    List<Instruction> nodes = all(program, Opcode.MKNOD_AT);
    assertEquals(List.of("/dev/null", 0020666L, 1L, 3L, 0L, 0L), nodes.get(0).arguments());
    assertEquals(List.of("/dev/b", 0060600L, 8L, 1L, 3L, 4L), nodes.get(6).arguments());
    assertEquals(List.of("/dev/p", 0010666L, 0L, 0L, 0L, 0L), nodes.get(7).arguments());
    assertEquals(List.of("/dev/u", 0020666L, 9L, 9L, 0L, 0L), nodes.get(8).arguments());
  }

  @Test
  void refusesToLimitProcessesWhereNothingCan() throws IOException {
    LaunchFixture fixture =
        new LaunchFixture().on(new nsbox.runtime.cgroup.CgroupLayout(List.of()));
    assertEquals(
        "linux.resources.pids.limit: this host has no pids controller",
        refused(fixture).getMessage());
  }

  @Test
  void startsOnAHostWithoutCgroups() throws Exception {
    Program program =
        new LaunchFixture()
            .on(new nsbox.runtime.cgroup.CgroupLayout(List.of()))
            .without("linux.resources")
            .compile();
    assertEquals(0, all(program, Opcode.KILL_CGROUP).size());
    assertEquals("", only(program, Opcode.SPAWN).arguments().get(3));
  }

  @Test
  void filtersDevicesByAProgramWhereThereIsNoFileForIt() throws Exception {
    Instruction filter = only(new LaunchFixture().compile(), Opcode.DEVICE_FILTER);
    assertEquals("/golden/cgroup/nsbox/c1", filter.arguments().get(0));
    assertEquals(
        0,
        all(new LaunchFixture().on(LaunchFixture.HYBRID).compile(), Opcode.DEVICE_FILTER).size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'allow': true, 'type': 'x'}",
        "{'allow': true, 'type': 'c', 'access': 'rwx'}",
        "{'allow': true, 'type': 'c', 'major': -7}"
      })
  void saysWhichDeviceRuleIsNone(String rule) throws IOException {
    LaunchFixture fixture =
        new LaunchFixture().with("linux.resources.devices", "[{'allow': false}, " + rule + "]");
    JsonException e = assertThrows(JsonException.class, fixture::compile);
    assertTrue(
        e.getMessage().startsWith("config.json: linux.resources.devices[1]"), e.getMessage());
  }

  @Test
  void putsARelativeCgroupBelowTheCallersOwn() throws Exception {
    Program program =
        new LaunchFixture()
            .on(LaunchFixture.VERSION_1)
            .with("linux.cgroupsPath", "'web'")
            .compile();
    List<Object> paths = new ArrayList<>();
    for (Instruction step : all(program, Opcode.RMDIR)) {
      paths.add(step.arguments().getFirst());
    }
    assertEquals(
        List.of(
            "/golden/cgroup/systemd/init.scope/web",
            "/golden/cgroup/cpu,cpuacct/web",
            "/golden/cgroup/cpuset/web",
            "/golden/cgroup/devices/web",
            "/golden/cgroup/pids/agents/7/web"),
        paths);
  }

  @Test
  void namesTheCgroupAfterTheContainerWhereNoPathIsConfigured() throws Exception {
    Program program = new LaunchFixture().without("linux.cgroupsPath").compile();
    assertEquals(List.of("/golden/cgroup/user.slice/c1"), only(program, Opcode.RMDIR).arguments());
  }

  @Test
  void endsTheTeardownWithTheCallersSteps() throws Exception {
    Program program = new LaunchFixture().compile();
    assertEquals("remove /run/nsbox/c1", program.teardown().getLast().label());
    assertEquals(Opcode.KILL_CGROUP, program.teardown().getFirst().opcode());
  }

  private static Program overlayOf(String lower) throws Exception {
    return new LaunchFixture()
        .from(new Rootfs.Overlay(List.of(lower), "/u", "/w", "/m", false, false, Optional.empty()))
        .compile();
  }

  private static Object bindFlags(String options) throws Exception {
    Program program =
        new LaunchFixture()
            .with("mounts", "[{'destination': '/d', 'source': '/s', 'options': [" + options + "]}]")
            .compile();
    return only(program, Opcode.BIND_AT).arguments().get(2);
  }

  private static UnsupportedSpecException refused(LaunchFixture fixture) {
    return assertThrows(UnsupportedSpecException.class, fixture::compile);
  }

  private static void golden(String name, LaunchFixture fixture) throws Exception {
    Program program = fixture.compile();
    List<Instruction> init = new ArrayList<>(program.init());
    /* Only where the host has a /proc/kcore. */
    init.removeIf(step -> step.label().startsWith("link /dev/core "));
    Golden.assertIs(
        "nsbox/runtime/plan/" + name + ".txt",
        new Program(program.monitor(), init, program.teardown()).text());
  }
}

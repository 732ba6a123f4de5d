package nsbox.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.bundle.options.FileOptions.Mount;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;

class BundleGeneratorTest {
  private static final String PATH =
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  // What runs: docker's table of ENTRYPOINT and CMD.

  @Test
  void runsTheImagesEntrypointWithItsCommand() throws Exception {
    BundleFixture bundle = new BundleFixture().image(List.of("/e", "-x"), List.of("c", "d"));
    assertEquals(List.of("/e", "-x", "c", "d"), args(bundle));
    assertEquals(List.of("/e -x c d <- image"), bundle.sources("process.args"));
  }

  @Test
  void replacesTheImagesCommandByTheArguments() throws Exception {
    BundleFixture both = new BundleFixture().image(List.of("/e"), List.of("c")).arguments("a", "b");
    assertEquals(List.of("/e", "a", "b"), args(both));
    assertEquals(List.of("/e a b <- image and command line"), both.sources("process.args"));
    BundleFixture command = new BundleFixture().image(List.of(), List.of("c")).arguments("a");
    assertEquals(List.of("a"), args(command));
    assertEquals(List.of("a <- command line"), command.sources("process.args"));
  }

  @Test
  void dropsTheImagesCommandWithItsEntrypoint() throws Exception {
    BundleFixture bundle =
        new BundleFixture().image(List.of("/e", "-x"), List.of("c")).entrypoint("/other");
    assertEquals(List.of("/other"), args(bundle));
    assertEquals(List.of("/other <- --entrypoint"), bundle.sources("process.args"));
    assertEquals(List.of("/other", "a"), args(bundle.arguments("a")));
    assertEquals(
        List.of("/other a <- --entrypoint and command line"), bundle.sources("process.args"));
  }

  @Test
  void leavesNoEntrypointWhereItIsEmpty() throws Exception {
    BundleFixture bundle = new BundleFixture().image(List.of("/e"), List.of("c")).entrypoint("");
    assertThrows(BundleException.NoCommand.class, bundle::generate);
    assertEquals(List.of("a"), args(bundle.arguments("a")));
  }

  @Test
  void refusesAnImageWithoutAProgram() {
    BundleFixture bundle = new BundleFixture().image(List.of(), List.of());
    BundleException e = assertThrows(BundleException.NoCommand.class, bundle::generate);
    assertEquals("neither the image nor the command line names a program to run", e.getMessage());
  }

  // Its environment.

  @Test
  void givesADefaultEnvironment() throws Exception {
    assertEquals(List.of(PATH, "HOSTNAME=0123456789ab", "HOME=/root"), env(new BundleFixture()));
  }

  @Test
  void ranksTheUserAboveTheImageAboveTheDefaults() throws Exception {
    BundleFixture bundle =
        new BundleFixture().imageEnv("PATH=/image", "A=image", "B=image").env("B=user", "A=");
    assertEquals(
        List.of("PATH=/image", "HOSTNAME=0123456789ab", "A=", "B=user", "HOME=/root"), env(bundle));
    assertEquals(
        List.of(
            "PATH=/image <- image",
            "HOSTNAME=0123456789ab <- default",
            "A= <- --env",
            "B=user <- --env",
            "HOME=/root <- image /etc/passwd"),
        bundle.sources("process.env"));
  }

  @Test
  void keepsAnEqualsSignInAValue() throws Exception {
    assertTrue(env(new BundleFixture().env("A=b=c")).contains("A=b=c"));
  }

  @Test
  void takesHomeFromTheImagesPasswd() throws Exception {
    assertTrue(env(new BundleFixture().user("web")).contains("HOME=/srv"));
  }

  @Test
  void takesTheRootForHomeWhereThePasswdSaysNothing() throws Exception {
    BundleFixture bundle = new BundleFixture().user("1234");
    assertTrue(env(bundle).contains("HOME=/"));
    assertTrue(bundle.sources("process.env").contains("HOME=/ <- default"));
    BundleFixture empty = new BundleFixture().withoutFiles();
    assertTrue(empty.sources("process.env").contains("HOME=/ <- default"));
  }

  @Test
  void leavesAHomeThatIsSetAlone() throws Exception {
    BundleFixture image = new BundleFixture().imageEnv("HOME=/i");
    assertTrue(env(image).contains("HOME=/i"));
    assertTrue(env(image.env("HOME=/u")).contains("HOME=/u"));
    assertTrue(env(new BundleFixture().imageEnv("HOME=")).contains("HOME=/root"));
  }

  @Test
  void setsTermWithATerminalUnlessItIsSet() throws Exception {
    assertTrue(env(new BundleFixture().terminal(24, 80)).contains("TERM=xterm"));
    assertTrue(env(new BundleFixture().terminal(1, 1).env("TERM=vt100")).contains("TERM=vt100"));
    assertFalse(String.join(" ", env(new BundleFixture())).contains("TERM="));
  }

  @Test
  void namesTheHostInTheEnvironment() throws Exception {
    BundleFixture bundle = new BundleFixture().hostname("web");
    assertTrue(env(bundle).contains("HOSTNAME=web"));
    assertEquals("web", bundle.config().string("hostname"));
    assertEquals(List.of("web <- --hostname"), bundle.sources("hostname"));
    assertTrue(bundle.sources("process.env").contains("HOSTNAME=web <- --hostname"));
  }

  // Where, as whom, with what rights.

  @Test
  void worksWhereItIsTold() throws Exception {
    assertEquals("/", new BundleFixture().process().string("cwd"));
    BundleFixture image = new BundleFixture().imageWorkingDir("/i");
    assertEquals("/i", image.process().string("cwd"));
    assertEquals(List.of("/i <- image"), image.sources("process.cwd"));
    assertEquals("/u", image.workdir("/u").process().string("cwd"));
    assertEquals(List.of("/u <- --workdir"), image.sources("process.cwd"));
  }

  @Test
  void refusesARelativeWorkingDirectory() {
    BundleException e =
        assertThrows(
            BundleException.BadValue.class, () -> new BundleFixture().workdir("x").generate());
    assertEquals("the working directory x is not an absolute path", e.getMessage());
  }

  @Test
  void runsAsTheUserOfTheImageOrOfTheOption() throws Exception {
    assertEquals(
        List.of("0:0 with groups [0] <- default root"),
        new BundleFixture().sources("process.user"));
    BundleFixture image = new BundleFixture().imageUser("web");
    assertEquals(8, image.process().object("user").number("uid"));
    assertEquals(9, image.process().object("user").number("gid"));
    assertEquals(List.of(9L), image.process().object("user").numbers("additionalGids"));
    assertEquals(List.of("8:9 with groups [9] <- image web"), image.sources("process.user"));
    image.user("5:6");
    assertEquals(List.of("5:6 with groups [6] <- --user 5:6"), image.sources("process.user"));
  }

  @Test
  void givesNoCapabilityThatIsInherited() throws Exception {
    JsonObject capabilities = new BundleFixture().process().object("capabilities");
    assertEquals(DefaultPolicy.CAPABILITIES, capabilities.strings("bounding"));
    assertEquals(DefaultPolicy.CAPABILITIES, capabilities.strings("effective"));
    assertEquals(DefaultPolicy.CAPABILITIES, capabilities.strings("permitted"));
    assertEquals(List.of(), capabilities.strings("inheritable"));
    assertEquals(List.of(), capabilities.strings("ambient"));
  }

  @Test
  void asksForATerminalOfTheCallersSize() throws Exception {
    JsonObject process = new BundleFixture().terminal(24, 80).process();
    assertTrue(process.flag("terminal"));
    assertEquals(24, process.object("consoleSize").number("height"));
    assertEquals(80, process.object("consoleSize").number("width"));
    JsonObject without = new BundleFixture().process();
    assertFalse(without.flag("terminal"));
    assertFalse(without.has("consoleSize"));
  }

  // Its files.

  @Test
  void makesTheRootReadOnlyWhenAsked() throws Exception {
    assertFalse(new BundleFixture().config().object("root").flag("readonly"));
    assertEquals(List.of("false <- default"), new BundleFixture().sources("root.readonly"));
    JsonObject root = new BundleFixture().readonly().config().object("root");
    assertTrue(root.flag("readonly"));
    assertEquals("/rootfs", root.string("path"));
    assertEquals(
        List.of("true <- --read-only"), new BundleFixture().readonly().sources("root.readonly"));
  }

  @Test
  void mountsWhatEveryContainerNeeds() throws Exception {
    assertEquals(
        List.of("/proc", "/dev", "/dev/pts", "/sys", "/sys/fs/cgroup", "/dev/mqueue", "/dev/shm"),
        destinations(new BundleFixture()));
  }

  @Test
  void showsTheContainersOwnEtcFiles() throws Exception {
    BundleFixture bundle =
        new BundleFixture().etcFile("/etc/hosts", "/c/hosts").etcFile("/etc/hostname", "/c/name");
    List<JsonObject> mounts = bundle.config().objects("mounts");
    JsonObject last = mounts.getLast();
    assertEquals("/etc/hosts", last.string("destination"));
    assertEquals("/c/hosts", last.string("source"));
    assertEquals("bind", last.string("type"));
    assertEquals(List.of("bind", "rprivate"), last.strings("options"));
    assertEquals("/etc/hostname", mounts.get(mounts.size() - 2).string("destination"));
  }

  @Test
  void bindsVolumesLast() throws Exception {
    BundleFixture bundle =
        new BundleFixture()
            .etcFile("/etc/hosts", "/c/hosts")
            .mounts(
                Mount.volume("/a", "/x", false, "rprivate"),
                Mount.volume("/b", "/y", true, "rslave"));
    List<JsonObject> mounts = bundle.config().objects("mounts");
    JsonObject writable = mounts.get(mounts.size() - 2);
    assertEquals("/x", writable.string("destination"));
    assertEquals(List.of("rbind", "rprivate"), writable.strings("options"));
    JsonObject readonly = mounts.getLast();
    assertEquals("/b", readonly.string("source"));
    assertEquals(List.of("rbind", "rslave", "rro"), readonly.strings("options"));
    assertTrue(bundle.sources("mounts").contains("/b on /y read-only <- --volume"));
  }

  @Test
  void leavesADefaultMountToTheVolumeInItsPlace() throws Exception {
    BundleFixture bundle =
        new BundleFixture()
            .etcFile("/etc/hosts", "/c/hosts")
            .mounts(
                Mount.volume("/a", "/dev/shm", false, "rprivate"),
                Mount.volume("/b", "/etc/hosts", false, "rprivate"));
    List<String> destinations = destinations(bundle);
    assertEquals(1, destinations.stream().filter("/dev/shm"::equals).count());
    assertEquals(1, destinations.stream().filter("/etc/hosts"::equals).count());
    assertEquals("/a", mount(bundle, "/dev/shm").string("source"));
    assertEquals("/b", mount(bundle, "/etc/hosts").string("source"));
    assertFalse(bundle.sources("mounts").contains("/c/hosts on /etc/hosts <- default"));
  }

  // Namespaces, limits, protection.

  @Test
  void givesItsOwnNamespaces() throws Exception {
    BundleFixture bundle = new BundleFixture();
    assertEquals(List.of("pid", "ipc", "uts", "mount", "cgroup", "network"), namespaces(bundle));
    assertEquals(
        Map.of(
            "net.ipv4.ip_unprivileged_port_start", "0",
            "net.ipv4.ping_group_range", "0 2147483647"),
        bundle.config().object("linux").stringMap("sysctl"));
  }

  /* Without a network namespace a sysctl of the network would be set for the whole host. */
  @Test
  void leavesTheHostsNetworkAsItIs() throws Exception {
    BundleFixture bundle = new BundleFixture().hostNetwork();
    assertEquals(List.of("pid", "ipc", "uts", "mount", "cgroup"), namespaces(bundle));
    assertFalse(bundle.config().object("linux").has("sysctl"));
    assertEquals(
        List.of("pid ipc uts mount cgroup <- default, without network by --network host"),
        bundle.sources("linux.namespaces"));
  }

  @Test
  void limitsProcessesWhereTheHostCan() throws Exception {
    JsonObject linux = new BundleFixture().config().object("linux");
    assertEquals(2048, linux.object("resources").object("pids").number("limit"));
    JsonObject without = new BundleFixture().withoutPids().config().object("linux");
    assertFalse(without.object("resources").has("pids"));
  }

  @Test
  void deniesAllDevicesButTheStandardOnes() throws Exception {
    List<JsonObject> rules =
        new BundleFixture().config().object("linux").object("resources").objects("devices");
    assertEquals(1, rules.size());
    assertFalse(rules.getFirst().flag("allow"));
    assertEquals("rwm", rules.getFirst().string("access"));
  }

  @Test
  void hidesAndProtectsWhatIsTheHosts() throws Exception {
    JsonObject linux = new BundleFixture().config().object("linux");
    assertTrue(linux.strings("maskedPaths").containsAll(List.of("/proc/kcore", "/sys/firmware")));
    assertTrue(linux.strings("readonlyPaths").contains("/proc/sys"));
  }

  @Test
  void filtersSystemCallsWhereThereIsAFilter() throws Exception {
    JsonObject linux = new BundleFixture().config().object("linux");
    assertEquals("A", linux.object("seccomp").string("defaultAction"));
    assertFalse(new BundleFixture().withoutSeccomp().config().object("linux").has("seccomp"));
  }

  // Annotations.

  @Test
  void annotatesWhatTheImageSpecificationDerives() throws Exception {
    assertEquals(
        Map.of("org.opencontainers.image.stopSignal", "SIGQUIT", "a", "user", "b", "image"),
        new BundleFixture()
            .imageStopSignal("SIGQUIT")
            .imageLabels(Map.of("a", "image", "b", "image"))
            .labels(Map.of("a", "user"))
            .config()
            .stringMap("annotations"));
    assertFalse(new BundleFixture().config().has("annotations"));
  }

  @Test
  void letsALabelOutrankWhatIsDerived() throws Exception {
    assertEquals(
        "SIGINT",
        new BundleFixture()
            .imageStopSignal("SIGQUIT")
            .imageLabels(Map.of("org.opencontainers.image.stopSignal", "SIGINT"))
            .config()
            .object("annotations")
            .string("org.opencontainers.image.stopSignal"));
  }

  /// The types that the schema of the runtime specification gives these members.
  @Test
  void hasTheShapeOfTheSpecification() throws Exception {
    JsonObject config =
        Json.parse(
            Json.bytes(
                new BundleFixture()
                    .terminal(1, 2)
                    .etcFile("/etc/hosts", "/c/hosts")
                    .mounts(Mount.volume("/a", "/x", true, "rprivate"))
                    .config()),
            "config.json");
    assertTrue(config.string("ociVersion").startsWith("1."));
    assertFalse(config.object("process").strings("args").isEmpty());
    for (String assignment : config.object("process").strings("env")) {
      assertTrue(assignment.indexOf('=') > 0, assignment);
    }
    assertTrue(config.object("process").string("cwd").startsWith("/"));
    for (JsonObject mount : config.objects("mounts")) {
      assertTrue(mount.string("destination").startsWith("/"));
      mount.string("type");
      mount.string("source");
      assertFalse(mount.strings("options").isEmpty());
    }
    JsonObject linux = config.object("linux");
    for (JsonObject namespace : linux.objects("namespaces")) {
      assertFalse(namespace.string("type").isEmpty());
    }
    assertEquals("/nsbox/c1", linux.string("cgroupsPath"));
    assertEquals(
        List.of("ociVersion", "process", "root", "hostname", "mounts", "linux"),
        new ArrayList<>(config.members().keySet()));
  }

  private static List<String> args(BundleFixture bundle) throws Exception {
    return bundle.process().strings("args");
  }

  private static List<String> env(BundleFixture bundle) throws Exception {
    return bundle.process().strings("env");
  }

  private static List<String> destinations(BundleFixture bundle) throws Exception {
    List<String> destinations = new ArrayList<>();
    for (JsonObject mount : bundle.config().objects("mounts")) {
      destinations.add(mount.string("destination"));
    }
    return destinations;
  }

  private static JsonObject mount(BundleFixture bundle, String destination) throws Exception {
    for (JsonObject mount : bundle.config().objects("mounts")) {
      if (mount.string("destination").equals(destination)) {
        return mount;
      }
    }
    throw new AssertionError("no mount on " + destination);
  }

  private static List<String> namespaces(BundleFixture bundle) throws Exception {
    List<String> types = new ArrayList<>();
    for (JsonObject namespace : bundle.config().object("linux").objects("namespaces")) {
      types.add(namespace.string("type"));
    }
    return types;
  }
}

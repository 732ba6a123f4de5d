package nsbox.runtime.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecTest {
  private static final String DOCUMENT = "config.json: ";
  private static final String MINIMAL =
      """
      {'ociVersion': '1.3.0', 'root': {'path': 'rootfs'},
       'process': {'args': ['sh'], 'cwd': '/'},
       'mounts': [{'destination': '/x', 'type': 'tmpfs'}],
       'linux': {'namespaces': [{'type': 'mount'}], 'resources': {}}}
      """;

  /// Fields that the specification knows and this runtime does not apply.
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          solaris                        | {'milestone': 'x'}
          windows                        | {'layerFolders': ['x']}
          vm                             | {'kernel': {'path': '/k'}}
          zos                            | {'namespaces': [{'type': 'pid'}]}
          freebsd                        | {'jail': {'host': 'x'}}
          process.commandLine            | 'cmd.exe'
          """)
  void refusesWhatItDoesNotApplyByName(String field, String value) throws JsonException {
    JsonObject config = config(MINIMAL);
    set(config, field, value);
    UnsupportedSpecException e =
        assertThrows(UnsupportedSpecException.class, () -> Spec.parse(config));
    assertEquals(DOCUMENT + field, e.field());
    assertTrue(e.getMessage().startsWith(DOCUMENT + field + ": "), e.getMessage());
  }

  /// The same fields as engines write them when nobody asked for anything.
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          hooks                          | {}
          hooks                          | {'prestart': [], 'poststop': []}
          process.apparmorProfile        | ''
          process.selinuxLabel           | ''
          process.scheduler              | null
          process.ioPriority             | null
          process.execCPUAffinity        | {'initial': '', 'final': ''}
          linux.uidMappings              | []
          linux.gidMappings              | null
          linux.timeOffsets              | {'monotonic': {}, 'boottime': {'secs': 0, 'nanosecs': 0}}
          linux.intelRdt                 | {}
          linux.memoryPolicy             | null
          linux.personality              | null
          linux.netDevices               | {}
          linux.mountLabel               | ''
          linux.rootfsPropagation        | ''
          linux.rootfsPropagation        | 'rslave'
          linux.rootfsPropagation        | 'private'
          """)
  void acceptsTheirEmptyForms(String field, String value) throws Exception {
    JsonObject config = config(MINIMAL);
    set(config, field, value);
    assertEquals(List.of("sh"), Spec.parse(config).process().arguments());
  }

  /* The name of the device is all that is needed to move it, so nothing further says a lot. */
  @ParameterizedTest
  @ValueSource(strings = {"../a", "/a/../../b", "a/.."})
  void refusesACgroupThatLeadsUpwards(String path) throws JsonException {
    JsonObject config = config(MINIMAL);
    set(config, "linux.cgroupsPath", "'" + path + "'");
    JsonException e = assertThrows(JsonException.class, () -> Spec.parse(config));
    assertEquals(
        DOCUMENT + "linux.cgroupsPath: " + path + ", '..' is not allowed in it", e.getMessage());
  }

  @Test
  void refusesANamespaceThatThereIsNot() throws JsonException {
    JsonObject config = config(MINIMAL);
    set(config, "linux.namespaces", "[{'type': 'mount'}, {'type': 'cpu'}]");
    UnsupportedSpecException e =
        assertThrows(UnsupportedSpecException.class, () -> Spec.parse(config));
    assertEquals(DOCUMENT + "linux.namespaces[1].type: there is no cpu namespace", e.getMessage());
  }

  @Test
  void readsTheNamespacesToJoin() throws Exception {
    JsonObject config = config(MINIMAL);
    set(config, "linux.namespaces", "[{'type': 'network', 'path': '/proc/1/ns/net'}]");
    LinuxSpec linux = Spec.parse(config).linux();
    assertEquals(java.util.Optional.of("/proc/1/ns/net"), linux.namespace("network").get().path());
    assertFalse(linux.hasNewNamespace("network"));
    set(config, "linux.namespaces", "[{'type': 'network', 'path': ''}]");
    assertTrue(Spec.parse(config).linux().hasNewNamespace("network"));
    malformed(
        "linux.namespaces",
        "[{'type': 'network', 'path': 'proc/1/ns/net'}]",
        "linux.namespaces[0].path: not an absolute path: proc/1/ns/net");
  }

  @Test
  void refusesANamespaceGivenTwice() throws JsonException {
    malformed(
        "linux.namespaces",
        "[{'type': 'pid'}, {'type': 'pid'}]",
        "linux.namespaces[1].type: pid is given twice");
  }

  @Test
  void refusesOtherVersions() throws JsonException {
    refused("ociVersion", "'2.0.0'");
  }

  @Test
  void namesTheDocumentInItsComplaints() throws JsonException {
    JsonObject config = Json.parse("{\"ociVersion\":\"1.0.0\"}".getBytes(), "/b/config.json");
    JsonException e = assertThrows(JsonException.class, () -> Spec.parse(config));
    assertEquals("/b/config.json: root: missing, expected an object", e.getMessage());
  }

  @Test
  void refusesAProcessWithoutAProgram() throws JsonException {
    malformed("process.args", "[]", "process.args: empty, expected a program to run");
  }

  @Test
  void refusesARelativeWorkingDirectory() throws JsonException {
    malformed("process.cwd", "'tmp'", "process.cwd: not an absolute path: tmp");
  }

  /* The kernel takes 32 bits: 2^32 would be root, and 2^32-1 means "leave as it is", so root too. */
  @ParameterizedTest
  @CsvSource({
    "uid,4294967296",
    "uid,4294967295",
    "uid,-1",
    "gid,4294967296",
    "gid,4294967295",
    "gid,-1"
  })
  void refusesAnIdThatTheKernelWouldTakeForAnother(String field, String value)
      throws JsonException {
    malformed(
        "process.user",
        "{'" + field + "': " + value + "}",
        "process.user." + field + ": " + value + " is no id");
  }

  @Test
  void refusesASupplementaryGroupThatTheKernelWouldTakeForAnother() throws JsonException {
    malformed(
        "process.user",
        "{'additionalGids': [4, 4294967296]}",
        "process.user.additionalGids: 4294967296 is no id");
  }

  @Test
  void takesTheHighestId() throws Exception {
    JsonObject config = config(MINIMAL);
    set(config, "process.user", "{'uid': 4294967294}");
    assertEquals(4294967294L, Spec.parse(config).process().user().uid());
  }

  @Test
  void readsTheUser() throws Exception {
    JsonObject config = config(MINIMAL);
    set(config, "process.user", "{'uid': 5, 'gid': 6, 'umask': 18, 'additionalGids': [7, 8]}");
    assertEquals(
        new ProcessSpec.User(5, 6, Optional.of(18L), List.of(7L, 8L)),
        Spec.parse(config).process().user());
  }

  @Test
  void takesRootWhereNoUserIsNamed() throws Exception {
    assertEquals(
        new ProcessSpec.User(0, 0, Optional.empty(), List.of()),
        Spec.parse(config(MINIMAL)).process().user());
  }

  /* RLIM_INFINITY is written as 2^64-1, which docker and podman do for "unlimited". */
  @Test
  void readsAnUnlimitedLimit() throws Exception {
    JsonObject config = config(MINIMAL);
    set(
        config,
        "process.rlimits",
        "[{'type': 'RLIMIT_CORE', 'soft': 0, 'hard': 18446744073709551615}]");
    assertEquals(
        List.of(new ProcessSpec.Rlimit("RLIMIT_CORE", 0, -1L)),
        Spec.parse(config).process().rlimits());
  }

  @Test
  void refusesALimitGivenTwice() throws JsonException {
    malformed(
        "process.rlimits",
        "[{'type': 'RLIMIT_CPU', 'soft': 1, 'hard': 1},"
            + " {'type': 'RLIMIT_CPU', 'soft': 2, 'hard': 2}]",
        "process.rlimits[1].type: RLIMIT_CPU is given twice");
  }

  @Test
  void tellsAbsentCapabilitiesFromNone() throws Exception {
    JsonObject config = config(MINIMAL);
    assertTrue(Spec.parse(config).process().capabilities().isEmpty());
    set(config, "process.capabilities", "{}");
    assertEquals(List.of(), Spec.parse(config).process().capabilities().get().bounding());
  }

  @Test
  void readsMounts() throws Exception {
    JsonObject config = config(MINIMAL);
    set(
        config,
        "mounts",
        """
        [{'destination': 'proc', 'type': 'proc', 'source': 'proc'},
         {'destination': '/a', 'source': '/b', 'options': ['rbind', 'ro']},
         {'destination': '/c', 'type': 'bind', 'source': '/d'}]
        """);
    List<MountSpec> mounts = Spec.parse(config).mounts();
    assertEquals(new MountSpec("/proc", "proc", "proc", List.of()), mounts.get(0));
    assertFalse(mounts.get(0).isBind());
    assertTrue(mounts.get(1).isBind());
    assertTrue(mounts.get(2).isBind());
  }

  @Test
  void refusesWhatIsNoPropagation() throws JsonException {
    malformed(
        "linux.rootfsPropagation",
        "'public'",
        "linux.rootfsPropagation: public, expected one of private, rprivate, slave, rslave, shared,"
            + " rshared, unbindable, runbindable");
  }

  @Test
  void readsTheMappingOfAMount() throws Exception {
    JsonObject config = config(MINIMAL);
    String range = "[{'containerID': 0, 'hostID': 1000, 'size': 4294966296}]";
    set(
        config,
        "mounts",
        "[{'destination': '/a', 'uidMappings': " + range + ", 'gidMappings': " + range + "}]");
    List<LinuxSpec.IdRange> ids = List.of(new LinuxSpec.IdRange(0, 1000, 4294966296L));
    assertEquals(
        Optional.of(new MountSpec.Mapping(ids, ids)),
        Spec.parse(config).mounts().getFirst().mapping());
    malformed(
        "mounts",
        "[{'destination': '/a', 'uidMappings': " + range + "}]",
        "mounts[0].gidMappings: missing; both belong together");
    malformed(
        "mounts",
        "[{'destination': '/a',"
            + " 'gidMappings': [{'containerID': 0, 'hostID': 1000, 'size': 4294966297}]}]",
        "mounts[0].gidMappings[0].size: no range of ids: 4294966297 from 0 and 1000");
  }

  @Test
  void readsWhatOfLinuxItApplies() throws Exception {
    JsonObject config = config(MINIMAL);
    set(
        config,
        "linux",
        """
        {'namespaces': [{'type': 'mount'}, {'type': 'cgroup'}],
         'cgroupsPath': '/a/b', 'rootfsPropagation': 'rprivate',
         'devices': [{'path': '/dev/x', 'type': 'b', 'major': 8, 'minor': 1, 'fileMode': 384,
                      'uid': 1, 'gid': 2}, {'path': '/dev/p', 'type': 'p'}],
         'resources': {'pids': {'limit': 32771}, 'devices': [{'allow': false}]},
         'maskedPaths': ['/m'], 'readonlyPaths': ['/r'], 'sysctl': {'net.a': '1'},
         'seccomp': {'defaultAction': 'SCMP_ACT_ALLOW'}}
        """);
    LinuxSpec linux = Spec.parse(config).linux();
    assertEquals(
        List.of(
            new LinuxSpec.Namespace("mount", java.util.Optional.empty()),
            new LinuxSpec.Namespace("cgroup", java.util.Optional.empty())),
        linux.namespaces());
    assertEquals(Optional.of("/a/b"), linux.cgroupsPath());
    assertEquals(
        List.of(
            new LinuxSpec.Device("/dev/x", 'b', 8, 1, 0600, 1, 2),
            new LinuxSpec.Device("/dev/p", 'p', 0, 0, 0666, 0, 0)),
        linux.devices());
    assertEquals(32771L, linux.resources().object("pids").number("limit"));
    assertEquals("rprivate", linux.rootPropagation());
    assertEquals(List.of("/m"), linux.maskedPaths());
    assertEquals(List.of("/r"), linux.readonlyPaths());
    assertEquals(Map.of("net.a", "1"), linux.sysctl());
    assertTrue(linux.hasSeccomp());
  }

  @Test
  void refusesADeviceOfNoKind() throws JsonException {
    malformed(
        "linux.devices",
        "[{'path': '/dev/x', 'type': 'cc'}]",
        "linux.devices[0].type: cc, expected c, b, u or p");
  }

  @Test
  void takesTheLastOfSeveralAssignments() {
    assertEquals(
        Map.of("A", "2", "B", "x=y"),
        Spec.environment(List.of("A=1", "B=x=y", "A=2", "none", "=empty")));
  }

  private static void refused(String field, String value) throws JsonException {
    JsonObject config = config(MINIMAL);
    set(config, field, value);
    UnsupportedSpecException e =
        assertThrows(UnsupportedSpecException.class, () -> Spec.parse(config));
    assertTrue(e.field().contains(field), e.getMessage());
  }

  private static void malformed(String field, String value, String message) throws JsonException {
    JsonObject config = config(MINIMAL);
    set(config, field, value);
    JsonException e = assertThrows(JsonException.class, () -> Spec.parse(config));
    assertEquals(DOCUMENT + message, e.getMessage());
  }

  /* Through the text once more, so that every object knows its place in the whole. */
  private static void set(JsonObject config, String field, String value) throws JsonException {
    JsonObject object = config;
    String[] names = field.split("\\.");
    for (int i = 0; i < names.length - 1; i++) {
      object = object.object(names[i]);
    }
    object.put(names[names.length - 1], config("{'value': " + value + "}").members().get("value"));
    config(Json.text(config)).members().forEach(config::put);
  }

  private static JsonObject config(String text) throws JsonException {
    return Json.parse(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "config.json");
  }
}

package nsbox.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.cgroup.CgroupLayout.Hierarchy;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.Spec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// A launch to change bit by bit, as `nsbox run` would make it.
final class LaunchFixture {
  /* Paths that no host has: what is there would be looked at. */
  private static final String CGROUPS = "/golden/cgroup";

  static final CgroupLayout VERSION_1 =
      new CgroupLayout(
          List.of(
              hierarchy("name=systemd", "systemd", "/init.scope"),
              hierarchy("cpu,cpuacct", "cpu,cpuacct", "/"),
              hierarchy("cpuset", "cpuset", "/"),
              hierarchy("devices", "devices", "/"),
              hierarchy("pids", "pids", "/agents/7")));
  static final CgroupLayout HYBRID =
      new CgroupLayout(
          List.of(
              hierarchy("devices", "devices", "/"),
              hierarchy("pids", "pids", "/"),
              hierarchy("", "unified", "/user.slice")));
  static final CgroupLayout VERSION_2 =
      new CgroupLayout(List.of(new Hierarchy("", CGROUPS, "/user.slice")));
  static final Rootfs OVERLAY =
      new Rootfs.Overlay(
          List.of("/l/top", "/l/bottom"),
          "/c/upper",
          "/c/work",
          "/run/nsbox/c1/rootfs",
          true,
          false,
          Optional.empty());
  static final Rootfs DIRECTORY = new Rootfs.Directory("/bundle/rootfs");

  private static final String CONFIG =
      """
      {'ociVersion': '1.1.0',
       'process': {
         'user': {'uid': 0, 'gid': 0, 'additionalGids': [0]},
         'args': ['/bin/sleep', '10'], 'env': ['PATH=/usr/bin:/bin', 'HOME=/root'], 'cwd': '/',
         'capabilities': {
           'bounding': ['CAP_CHOWN', 'CAP_KILL'], 'effective': ['CAP_CHOWN', 'CAP_KILL'],
           'permitted': ['CAP_CHOWN', 'CAP_KILL']}},
       'root': {'path': 'rootfs'},
       'hostname': 'web',
       'mounts': [
         {'destination': '/proc', 'type': 'proc', 'source': 'proc',
          'options': ['nosuid', 'noexec', 'nodev']},
         {'destination': '/dev', 'type': 'tmpfs', 'source': 'tmpfs',
          'options': ['nosuid', 'strictatime', 'mode=755', 'size=65536k']},
         {'destination': '/dev/pts', 'type': 'devpts', 'source': 'devpts',
          'options': ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5']},
         {'destination': '/sys', 'type': 'sysfs', 'source': 'sysfs',
          'options': ['nosuid', 'noexec', 'nodev', 'ro']},
         {'destination': '/sys/fs/cgroup', 'type': 'cgroup', 'source': 'cgroup',
          'options': ['nosuid', 'noexec', 'nodev', 'ro']},
         {'destination': '/etc/hosts', 'type': 'bind', 'source': '/c/hosts',
          'options': ['bind', 'rprivate']},
         {'destination': '/data', 'type': 'bind', 'source': '/srv/data',
          'options': ['rbind', 'rslave', 'rro']}],
       'linux': {
         'sysctl': {'net.ipv4.ip_unprivileged_port_start': '0'},
         'cgroupsPath': '/nsbox/c1',
         'resources': {
           'devices': [{'allow': false, 'access': 'rwm'}], 'pids': {'limit': 2048}},
         'namespaces': [
           {'type': 'pid'}, {'type': 'ipc'}, {'type': 'uts'}, {'type': 'mount'},
           {'type': 'cgroup'}, {'type': 'network'}],
         'seccomp': {'defaultAction': 'SCMP_ACT_ALLOW'},
         'maskedPaths': ['/proc/kcore', '/sys/firmware'], 'readonlyPaths': ['/proc/sys']}}
      """;

  private final JsonObject config;
  private CgroupLayout cgroups = VERSION_2;
  private Rootfs rootfs = OVERLAY;
  private Handover handover = Handover.monitored(0);
  private boolean keepInput;
  private boolean noPivot;
  private Optional<String> scope = Optional.empty();

  LaunchFixture() throws IOException {
    config = parse(CONFIG);
  }

  LaunchFixture on(CgroupLayout host) {
    cgroups = host;
    return this;
  }

  LaunchFixture from(Rootfs root) {
    rootfs = root;
    return this;
  }

  LaunchFixture handedOver(Handover how) {
    handover = how;
    return this;
  }

  LaunchFixture keepingInput() {
    keepInput = true;
    return this;
  }

  LaunchFixture withoutPivot() {
    noPivot = true;
    return this;
  }

  /// Has a service manager make the container's cgroup.
  LaunchFixture inScope(String path) {
    scope = Optional.of(path);
    return this;
  }

  /// @param field such as `process.user`
  /// @param value JSON with single quotes
  LaunchFixture with(String field, String value) throws IOException {
    String[] names = field.split("\\.");
    parent(names).put(names[names.length - 1], parse("{'v': " + value + "}").members().get("v"));
    return this;
  }

  LaunchFixture without(String field) throws IOException {
    String[] names = field.split("\\.");
    parent(names).remove(names[names.length - 1]);
    return this;
  }

  LaunchFixture namespaces(String... types) throws IOException {
    StringBuilder list = new StringBuilder("[");
    for (String type : types) {
      list.append(list.length() == 1 ? "" : ", ").append("{'type': '").append(type).append("'}");
    }
    return with("linux.namespaces", list + "]");
  }

  Program compile() throws IOException, UnsupportedSpecException {
    Instructions teardown = new Instructions();
    teardown.add("remove /run/nsbox/c1", Opcode.REMOVE_TREE, "/run/nsbox/c1");
    return LaunchPlan.compile(
        new Launch(
            "c1",
            "/bundle",
            Spec.parse(parse(Json.text(config))),
            rootfs,
            Launch.Beside.NOTHING,
            keepInput,
            new Watch(
                Optional.empty(),
                Optional.of(new Watch.LogFile("k8s-file", "/c/log", 0, 1, "")),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                0,
                List.of(),
                List.of(),
                List.of()),
            new Launch.Records("/run/nsbox/c1/monitor", "/run/nsbox/c1/process", "/c/exit"),
            cgroups,
            _ -> new FilterCompiler.Filter(0, new byte[24]),
            handover,
            noPivot,
            scope,
            Rights.ALL,
            teardown.list()));
  }

  static UnsupportedSpecException refused(LaunchFixture fixture) {
    return assertThrows(UnsupportedSpecException.class, fixture::compile);
  }

  /// All instructions of a kind, in order, whatever their section.
  static List<Instruction> all(Program program, Opcode opcode) {
    List<Instruction> found = new ArrayList<>();
    for (int section = 0; section < 3; section++) {
      for (Instruction instruction : program.section(section)) {
        if (instruction.opcode() == opcode) {
          found.add(instruction);
        }
      }
    }
    return found;
  }

  static Instruction only(Program program, Opcode opcode) {
    List<Instruction> found = all(program, opcode);
    if (found.size() != 1) {
      throw new AssertionError(found.size() + " of " + opcode + " in\n" + program.text());
    }
    return found.getFirst();
  }

  /// The places of the first of each kind in the container's process, by kind.
  static Map<Opcode, Integer> places(Program program) {
    Map<Opcode, Integer> places = new java.util.EnumMap<>(Opcode.class);
    IntStream.range(0, program.init().size())
        .forEach(i -> places.putIfAbsent(program.init().get(i).opcode(), i));
    return places;
  }

  private JsonObject parent(String[] names) throws IOException {
    JsonObject object = config;
    for (int i = 0; i < names.length - 1; i++) {
      object = object.object(names[i]);
    }
    return object;
  }

  private static JsonObject parse(String text) throws IOException {
    return Json.parse(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "config.json");
  }

  private static Hierarchy hierarchy(String name, String directory, String own) {
    return new Hierarchy(name, CGROUPS + "/" + directory, own);
  }
}

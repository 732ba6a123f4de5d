package nsbox.runtime.plan;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.LinuxSpec;
import nsbox.runtime.spec.LinuxSpec.IdRange;
import nsbox.runtime.spec.LinuxSpec.Namespace;
import nsbox.runtime.spec.LinuxSpec.TimeOffset;
import nsbox.runtime.spec.UnsupportedSpecException;

/// The way of the container's process into its namespaces.
///
/// Mostly the process is born in new ones. Where there are namespaces to join, a user namespace or
/// a clock of its own, a process on the way does what needs the rights of the host, and its child
/// goes on: a pid or time namespace takes only children, and who is in a user namespace can no
/// longer join the cgroups of version 1.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#namespaces
final class NamespaceStage {
  private static final int SPAWN_STDIN = 1;
  private static final int SPAWN_TERMINAL = 2;
  private static final int SPAWN_OURS = 4;

  private static final long CLONE_NEWTIME = 0x00000080L;
  private static final long CLONE_NEWNS = 0x00020000L;
  private static final long CLONE_NEWCGROUP = 0x02000000L;
  private static final long CLONE_NEWUTS = 0x04000000L;
  private static final long CLONE_NEWIPC = 0x08000000L;
  private static final long CLONE_NEWUSER = 0x10000000L;
  private static final long CLONE_NEWPID = 0x20000000L;
  private static final long CLONE_NEWNET = 0x40000000L;

  private final Launch launch;
  private final LinuxSpec linux;
  private final Instructions monitor;
  private final Instructions init;

  NamespaceStage(Launch launch, Instructions monitor, Instructions init) {
    this.launch = launch;
    this.linux = launch.spec().linux();
    this.monitor = monitor;
    this.init = init;
  }

  /// The flag of clone(2) and setns(2) for a type of the specification.
  static long flag(String type) {
    return switch (type) {
      case "mount" -> CLONE_NEWNS;
      case "uts" -> CLONE_NEWUTS;
      case "ipc" -> CLONE_NEWIPC;
      case "pid" -> CLONE_NEWPID;
      case "network" -> CLONE_NEWNET;
      case "user" -> CLONE_NEWUSER;
      case "cgroup" -> CLONE_NEWCGROUP;
      case "time" -> CLONE_NEWTIME;
      default -> throw new IllegalArgumentException(type);
    };
  }

  void check() throws UnsupportedSpecException {
    boolean ids = !linux.uidMappings().isEmpty() || !linux.gidMappings().isEmpty();
    if (linux.hasNewNamespace("user")) {
      requireMapping("uidMappings", linux.uidMappings());
      requireMapping("gidMappings", linux.gidMappings());
    } else if (ids && !linux.hasNamespace("user")) {
      throw new UnsupportedSpecException("linux.uidMappings", "mappings without a user namespace");
    }
    if (!linux.timeOffsets().isEmpty() && !linux.hasNewNamespace("time")) {
      throw new UnsupportedSpecException("linux.timeOffsets", "offsets need a new time namespace");
    }
  }

  private static void requireMapping(String name, List<IdRange> ranges)
      throws UnsupportedSpecException {
    if (ranges.isEmpty()) {
      throw new UnsupportedSpecException(
          "linux." + name, "a new user namespace needs a mapping of ids");
    }
  }

  /// Whether a process on the way is needed.
  boolean onTheWay() {
    if (linux.hasNamespace("user") || linux.hasNamespace("time")) {
      return true;
    }
    for (Namespace namespace : linux.namespaces()) {
      if (namespace.path().isPresent()) {
        return true;
      }
    }
    return false;
  }

  boolean newUser() {
    return linux.hasNewNamespace("user");
  }

  /// Whether root outside has to open what is bound into the container: its user may not reach it.
  boolean preparesBinds() {
    return inUserNamespace() && launch.rights().root();
  }

  /// Whether the container's process has other rights over mounts and devices than the host's root.
  boolean inUserNamespace() {
    return linux.hasNamespace("user");
  }

  /// Makes the first process, the container's or the one on the way.
  void spawn(String cgroup) {
    long flags = onTheWay() ? 0 : newNamespaces();
    monitor.add(
        onTheWay()
            ? "create a process on the way to the container's"
            : "create the container's process in new namespaces: " + newNames(),
        Opcode.SPAWN,
        flags,
        streams(launch),
        cgroup);
  }

  /// Sees the first process become the container's, and lets it go on.
  void settle() {
    if (onTheWay()) {
      monitor.add("wait for the container's process", Opcode.AWAIT_PROCESS);
    }
    if (hasTwoWays()) {
      mapIds();
      monitor.add("let it go on", Opcode.GO_ON);
      monitor.add("wait for the next process", Opcode.AWAIT_PROCESS);
    }
    monitor.add(
        "record the container's process", Opcode.RECORD_PROCESS, launch.records().process());
    if (onTheWay()) {
      if (newUser() && !hasTwoWays()) {
        mapIds();
      }
      monitor.add("let it go on", Opcode.GO_ON);
    }
  }

  /* The kernel takes the whole of a map from root, and from anybody else one of that user's id alone.
   * What more it may map, root has written down, and two programs look it up. */
  private void mapIds() {
    Rights rights = launch.rights();
    boolean users = rights.mapsUsers(linux.uidMappings());
    boolean groups = rights.mapsGroups(linux.gidMappings());
    if (users || groups) {
      monitor.add(
          "map the ids of the container's " + (users ? "users" : "groups"),
          Opcode.MAP_PROCESS,
          users ? IdMapping.lines(linux.uidMappings()) : "",
          groups ? IdMapping.lines(linux.gidMappings()) : "",
          !rights.root() && groups ? 1 : 0);
    }
    if (!users) {
      mapIds("uidMappings", rights.uidMapper().orElseThrow(), linux.uidMappings());
    }
    if (!groups) {
      mapIds("gidMappings", rights.gidMapper().orElseThrow(), linux.gidMappings());
    }
  }

  private void mapIds(String field, String program, List<IdRange> ranges) {
    List<String> numbers = new ArrayList<>();
    for (IdRange range : ranges) {
      numbers.add(Long.toString(range.containerId()));
      numbers.add(Long.toString(range.hostId()));
      numbers.add(Long.toString(range.size()));
    }
    monitor.add("map linux." + field + " by " + program, Opcode.MAP_PROCESS_BY, program, numbers);
  }

  /// Whether its user namespace is made first, alone: only in it there is the right to a new clock,
  /// which has to be set before a process gets it.
  private boolean hasTwoWays() {
    return !launch.rights().root() && newUser() && linux.hasNewNamespace("time");
  }

  static int streams(Launch launch) {
    boolean noPipes = launch.spec().process().terminal() || launch.handover().nullStreams();
    int streams = noPipes ? SPAWN_TERMINAL : 0;
    if (launch.handover().ownStreams() && streams == 0) {
      streams = SPAWN_OURS;
    }
    return streams | (launch.keepInput() ? SPAWN_STDIN : 0);
  }

  /// Up to where the host's rights end, or to where there are any.
  void join() {
    if (!launch.rights().root()) {
      enterUser();
    }
    List<String> paths = new ArrayList<>();
    List<String> types = new ArrayList<>();
    /* The mount namespace last: in it, paths are others. */
    for (Namespace namespace : linux.namespaces()) {
      if (namespace.path().isPresent() && !isLate(namespace.type())) {
        paths.add(namespace.path().get());
        types.add(namespace.type());
      }
    }
    if (linux.hasNamespace("mount") && linux.namespace("mount").get().path().isPresent()) {
      paths.add(linux.namespace("mount").get().path().get());
      types.add("mount");
    }
    if ((!paths.isEmpty() || linux.hasNamespace("user")) && launch.rights().root()) {
      hide();
    }
    addJoin(paths, types);
    if (linux.hasNewNamespace("time")) {
      init.add("enter a new time namespace", Opcode.UNSHARE, CLONE_NEWTIME);
      if (!linux.timeOffsets().isEmpty()) {
        init.add("set its clocks", Opcode.TIME_OFFSETS, offsets(linux.timeOffsets()));
      }
    }
  }

  private void hide() {
    init.add("let nobody in there look into this process", Opcode.DUMPABLE, 0);
  }

  /* For who is not root: all rights are those of its user namespace. */
  private void enterUser() {
    if (hasTwoWays()) {
      init.add("go on as a child in a new user namespace", Opcode.GO_ON_IN_CHILD, CLONE_NEWUSER);
      init.add("become root of the user namespace", Opcode.BECOME_ROOT);
    } else if (linux.hasNamespace("user") && !newUser()) {
      hide();
      joinUser();
    }
  }

  private void joinUser() {
    addJoin(List.of(linux.namespace("user").get().path().get()), List.of("user"));
    init.add("become root of the user namespace", Opcode.BECOME_ROOT);
  }

  private static boolean isLate(String type) {
    return type.equals("mount") || type.equals("user");
  }

  private void addJoin(List<String> paths, List<String> types) {
    if (paths.isEmpty()) {
      return;
    }
    ByteBuffer flags = ByteBuffer.allocate(4 * types.size()).order(ByteOrder.nativeOrder());
    for (String type : types) {
      flags.putInt((int) flag(type));
    }
    init.add(
        "join the namespaces " + String.join(", ", types) + " of " + String.join(", ", paths),
        Opcode.JOIN_NAMESPACES,
        paths,
        flags.array());
  }

  /// From there on.
  void goOn() {
    if (linux.hasNamespace("user") && !newUser() && launch.rights().root()) {
      joinUser();
    }
    init.add(
        "go on as a child in new namespaces: " + newNames(),
        Opcode.GO_ON_IN_CHILD,
        newNamespaces());
    if (newUser() && !launch.rights().root()) {
      /* Not before: to who cannot be looked into, nobody but root can give a map of ids. */
      hide();
    }
    if (newUser() && !hasTwoWays()) {
      init.add("become root of the user namespace", Opcode.BECOME_ROOT);
    }
    init.add("end the container if the monitor ends", Opcode.DIE_WITH_MONITOR);
  }

  /* Not the cgroup namespace, which is entered later, by the process itself, nor that of the clocks,
   * which is there already. */
  private long newNamespaces() {
    long flags = 0;
    for (Namespace namespace : linux.namespaces()) {
      if (isBornInto(namespace) && !(hasTwoWays() && namespace.type().equals("user"))) {
        flags |= flag(namespace.type());
      }
    }
    return flags;
  }

  private String newNames() {
    StringBuilder names = new StringBuilder();
    for (Namespace namespace : linux.namespaces()) {
      if (isBornInto(namespace)) {
        names.append(names.isEmpty() ? "" : ", ").append(namespace.type());
      }
    }
    return names.isEmpty() ? "none" : names.toString();
  }

  private static boolean isBornInto(Namespace namespace) {
    return namespace.path().isEmpty()
        && !namespace.type().equals("cgroup")
        && !namespace.type().equals("time");
  }

  /// After the cgroups are joined: the namespace's root is where its first process stands then.
  void cgroup() {
    if (linux.hasNewNamespace("cgroup")) {
      init.add("enter a new cgroup namespace", Opcode.UNSHARE, CLONE_NEWCGROUP);
    }
  }

  private static String offsets(Map<String, TimeOffset> offsets) {
    StringBuilder lines = new StringBuilder();
    for (Map.Entry<String, TimeOffset> entry : offsets.entrySet()) {
      TimeOffset offset = entry.getValue();
      lines.append(entry.getKey()).append(' ').append(offset.seconds()).append(' ');
      lines.append(offset.nanoseconds()).append('\n');
    }
    return lines.toString();
  }
}

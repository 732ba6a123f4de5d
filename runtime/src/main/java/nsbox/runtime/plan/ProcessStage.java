package nsbox.runtime.plan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.LinuxSpec;
import nsbox.runtime.spec.ProcessSpec;
import nsbox.runtime.spec.Spec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Streams, rights and the program: the last steps before execve.
final class ProcessStage {
  private static final List<String> RLIMITS =
      List.of(
          "RLIMIT_CPU",
          "RLIMIT_FSIZE",
          "RLIMIT_DATA",
          "RLIMIT_STACK",
          "RLIMIT_CORE",
          "RLIMIT_RSS",
          "RLIMIT_NPROC",
          "RLIMIT_NOFILE",
          "RLIMIT_MEMLOCK",
          "RLIMIT_AS",
          "RLIMIT_LOCKS",
          "RLIMIT_SIGPENDING",
          "RLIMIT_MSGQUEUE",
          "RLIMIT_NICE",
          "RLIMIT_RTPRIO",
          "RLIMIT_RTTIME");

  private static final ProcessSpec.Capabilities NO_CAPABILITIES =
      new ProcessSpec.Capabilities(List.of(), List.of(), List.of(), List.of(), List.of());

  private final Launch launch;
  private final ProcessSpec process;
  private final Instructions init;

  ProcessStage(Launch launch, Instructions init) {
    this.launch = launch;
    this.process = launch.spec().process();
    this.init = init;
  }

  /// @param console whether a terminal is also the container's /dev/console
  void streams(boolean console) {
    ProcessSpec.User user = process.user();
    if (process.terminal()) {
      init.add(
          "make a terminal of " + process.rows() + " rows and " + process.columns() + " columns",
          Opcode.TERMINAL,
          process.rows(),
          process.columns(),
          user.uid(),
          console ? 1 : 0);
      return;
    }
    if (launch.handover().nullStreams()) {
      init.add("read nothing, and drop what is written", Opcode.NULL_STREAMS);
      return;
    }
    if (!launch.keepInput() && !launch.handover().ownStreams()) {
      init.add("read nothing from standard input", Opcode.NULL_INPUT);
    }
    if (!launch.spec().linux().hasNamespace("user") || !launch.rights().root()) {
      giveStreams(user.uid(), user.gid());
    }
  }

  /// For a container in a user namespace, which has no say over what is the host's: by a process
  /// that is not in it yet.
  void streamsOfUserNamespace() {
    LinuxSpec linux = launch.spec().linux();
    if (process.terminal() || !linux.hasNamespace("user")) {
      return;
    }
    long uid = IdMapping.hostId(linux.uidMappings(), process.user().uid());
    long gid = IdMapping.hostId(linux.gidMappings(), process.user().gid());
    if (uid >= 0 && gid >= 0) {
      giveStreams(uid, gid);
    }
  }

  private void giveStreams(long uid, long gid) {
    if (launch.watch().passesStreams()) {
      return; // whose they are, they stay
    }
    /* Those of a caller may be where nobody may change them. */
    init.addIgnoring(
        launch.handover().ownStreams() || !launch.rights().root() ? Instruction.ALL : 0,
        "give the standard streams to user " + uid,
        Opcode.CHOWN_STDIO,
        uid,
        gid);
  }

  /// Where nobody says where the user is at home, the container's /etc/passwd does, as with runc.
  /// To be looked up before limits and filters could be in the way.
  void home() {
    if (lacksHome()) {
      init.add(
          "look for the home of user " + process.user().uid(), Opcode.HOME, process.user().uid());
    }
  }

  private boolean lacksHome() {
    return Spec.environment(process.environment()).getOrDefault("HOME", "").isEmpty();
  }

  /* Of a name given twice the last value counts, while most programs would take the first. The step
   * that looks for a home fills an empty HOME in, and that of `listens` an empty LISTEN_PID. */
  private List<String> environment() {
    Map<String, String> values = Spec.environment(process.environment());
    if (!lacksHome() && !listens() && values.size() == process.environment().size()) {
      return process.environment();
    }
    if (lacksHome()) {
      values.put("HOME", "");
    }
    if (listens()) {
      values.putAll(launch.handover().listening());
      values.put("LISTEN_PID", "");
    }
    List<String> environment = new ArrayList<>();
    for (Map.Entry<String, String> value : values.entrySet()) {
      environment.add(value.getKey() + "=" + value.getValue());
    }
    return environment;
  }

  private boolean listens() {
    return !launch.handover().listening().isEmpty();
  }

  /// For a further process of the container.
  void rightsAndProgram() throws UnsupportedSpecException, IOException {
    limits(init, Opcode.RLIMIT);
    rights();
    program();
  }

  /// For the container's first process.
  void rightsAndProgram(HookStage hooks) throws UnsupportedSpecException, IOException {
    if (!launch.spec().linux().hasNamespace("user")) {
      limits(init, Opcode.RLIMIT);
      oomScore();
    }
    rights();
    if (launch.handover().startFifo().isPresent()) {
      awaitStart();
    }
    hooks.add(
        init,
        "startContainer",
        launch.spec().hooks().startContainer(),
        "created",
        process.environment(),
        0);
    program();
  }

  private void rights() throws UnsupportedSpecException, IOException {
    boolean listens = launch.seccompFilter().listenerPath(launch.spec().linux()).isPresent();
    new LabelStage().process(process, init);
    SchedulingStage scheduling = new SchedulingStage(process, init);
    scheduling.priorities();
    scheduling.machine(launch.spec().linux());
    if (process.noNewPrivileges()) {
      init.add("allow no new privileges", Opcode.NO_NEW_PRIVILEGES);
    } else {
      /* Without no_new_privs loading a filter needs CAP_SYS_ADMIN, which is about to go. */
      seccomp();
    }
    identity();
    capabilities();
    if (process.noNewPrivileges() && listens) {
      /* While there is still somebody to give the listener to. */
      seccomp();
    }
  }

  private void program() throws UnsupportedSpecException, IOException {
    if (process.noNewPrivileges()
        && launch.seccompFilter().listenerPath(launch.spec().linux()).isEmpty()) {
      seccomp();
    }
    if (launch.handover().monitored() && !launch.watch().mayLoseMonitor()) {
      /* Once more: the kernel forgets the first time when the user changes. */
      init.add("end the container if the monitor ends", Opcode.DIE_WITH_MONITOR);
    } else {
      init.add("outlive whoever made it", Opcode.OUTLIVE_MONITOR);
    }
    if (listens()) {
      init.add("tell it by its pid that it is the one to listen", Opcode.LISTEN_PID);
    }
    init.add(
        "run " + String.join(" ", process.arguments()),
        Opcode.EXECUTE,
        process.arguments(),
        environment(),
        searchPath(),
        launch.handover().preservedDescriptors());
  }

  private void identity() throws UnsupportedSpecException {
    ProcessSpec.User user = process.user();
    List<String> bounding = sets().bounding();
    init.add(
        "keep in the bounding set: " + names(bounding),
        Opcode.BOUNDING_SET,
        CapabilityNames.bits("process.capabilities.bounding", bounding));
    init.add("work in " + process.directory(), Opcode.CHDIR, process.directory());
    if (user.umask().isPresent()) {
      init.add(
          "set the umask to 0" + Long.toOctalString(user.umask().get()),
          Opcode.UMASK,
          user.umask().get());
    }
    if (!launch.rights().ofHost()) {
      init.add("keep the caller's groups where they cannot be given away", Opcode.KEEP_GROUPS);
    }
    init.add(
        "become user " + user.uid() + ", group " + user.gid() + groups(user),
        Opcode.IDENTITY,
        user.uid(),
        user.gid(),
        groupBytes(user.additionalGids()));
  }

  private void awaitStart() {
    String name = process.arguments().getFirst();
    init.add("look for " + name, Opcode.FIND_PROGRAM, name, searchPath());
    if (!launch.rights().root()) {
      /* As this user it could not be joined by a further process before it runs. */
      init.add("let its maker look into it", Opcode.DUMPABLE, 1);
    }
    init.add("wait for start", Opcode.AWAIT_START);
  }

  private String searchPath() {
    return Spec.environment(process.environment()).getOrDefault("PATH", "");
  }

  /// Limits of a process in a user namespace, set by one who has the rights to raise them.
  void outsideLimits(Instructions monitor, int sync) throws UnsupportedSpecException {
    init.add("wait for its limits", Opcode.SYNC, sync);
    monitor.add("wait until it is ready for its limits", Opcode.AWAIT_SYNC, sync);
    limits(monitor, Opcode.LIMIT_PROCESS);
    monitor.add("let it go on", Opcode.GO_ON);
  }

  /// How willingly the kernel ends it for want of memory.
  void oomScore() {
    process
        .oomScoreAdjust()
        .ifPresent(score ->
            init.add(
                "adjust the OOM score by " + score, Opcode.OOM_SCORE_ADJUST, Long.toString(score)));
  }

  private static String groups(ProcessSpec.User user) {
    return user.additionalGids().isEmpty() ? "" : ", also groups " + user.additionalGids();
  }

  private static String names(List<String> names) {
    return names.isEmpty() ? "nothing" : String.join(" ", names);
  }

  private void limits(Instructions steps, Opcode opcode) throws UnsupportedSpecException {
    for (ProcessSpec.Rlimit rlimit : process.rlimits()) {
      int number = RLIMITS.indexOf(rlimit.type());
      if (number < 0) {
        throw new UnsupportedSpecException(
            "process.rlimits", rlimit.type() + " is no limit of Linux");
      }
      steps.add(
          "limit "
              + rlimit.type()
              + " to "
              + limitText(rlimit.soft())
              + ", at most "
              + limitText(rlimit.hard()),
          opcode,
          number,
          rlimit.soft(),
          rlimit.hard());
    }
  }

  private static String limitText(long limit) {
    return limit == -1 ? "unlimited" : Long.toUnsignedString(limit);
  }

  private void seccomp() throws UnsupportedSpecException, IOException {
    if (!launch.spec().linux().hasSeccomp()) {
      return;
    }
    FilterCompiler.Filter filter = launch.seccompFilter().compile(launch.spec().linux());
    init.add(
        "filter system calls by " + filter.instructions().length / 8 + " instructions",
        Opcode.SECCOMP,
        filter.flags(),
        filter.instructions());
  }

  /* Who is given none has none, as with runc and crun: not all of ours. */
  private ProcessSpec.Capabilities sets() {
    return process.capabilities().orElse(NO_CAPABILITIES);
  }

  private void capabilities() throws UnsupportedSpecException {
    ProcessSpec.Capabilities sets = sets();
    init.add(
        "set the capabilities to " + names(sets.effective()),
        Opcode.CAPABILITIES,
        CapabilityNames.bits("process.capabilities.effective", sets.effective()),
        CapabilityNames.bits("process.capabilities.permitted", sets.permitted()),
        CapabilityNames.bits("process.capabilities.inheritable", sets.inheritable()));
    long ambient = CapabilityNames.bits("process.capabilities.ambient", sets.ambient());
    /* The kernel refuses those that are not inheritable too; "runc spec" writes such, and runc goes
     * on without them. */
    List<String> possible = new ArrayList<>(sets.ambient());
    possible.retainAll(sets.inheritable());
    possible.retainAll(sets.permitted());
    if (ambient != 0 && !possible.isEmpty()) {
      init.add(
          "set the ambient capabilities to " + names(possible),
          Opcode.AMBIENT_SET,
          CapabilityNames.bits("process.capabilities.ambient", possible));
    }
  }

  private static byte[] groupBytes(List<Long> groups) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * groups.size()).order(ByteOrder.nativeOrder());
    for (long group : groups) {
      bytes.putInt((int) group);
    }
    return bytes.array();
  }
}

package nsbox.runtime.plan;

import java.io.IOException;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.LinuxSpec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Compiles a container's configuration to the program that starts it. Start reading here.
///
/// The order of the steps is the design; each stage says why its steps stand where they stand.
public final class LaunchPlan {
  private static final int SPAWN_STDIN = 1;
  private static final int SPAWN_TERMINAL = 2;
  private static final long CLONE_NEWNS = 0x00020000L;
  private static final long CLONE_NEWCGROUP = 0x02000000L;
  private static final long CLONE_NEWUTS = 0x04000000L;
  private static final long CLONE_NEWIPC = 0x08000000L;
  private static final long CLONE_NEWPID = 0x20000000L;
  private static final long CLONE_NEWNET = 0x40000000L;

  private final Launch launch;
  private final Instructions monitor = new Instructions();
  private final Instructions init = new Instructions();
  private final Instructions teardown = new Instructions();

  private LaunchPlan(Launch launch) {
    this.launch = launch;
  }

  /// @throws UnsupportedSpecException if the configuration asks for what this runtime does not do
  /// @throws IOException if a part of it that only this step reads is malformed
  public static Program compile(Launch launch) throws UnsupportedSpecException, IOException {
    LaunchPlan plan = new LaunchPlan(launch);
    plan.build();
    return new Program(plan.monitor.list(), plan.init.list(), plan.teardown.list());
  }

  private void build() throws UnsupportedSpecException, IOException {
    LinuxSpec linux = launch.spec().linux();
    if (!linux.namespaces().contains("mount")) {
      throw new UnsupportedSpecException(
          "linux.namespaces", "no mount namespace; nsbox never mounts in the host's");
    }
    CgroupStage cgroups = new CgroupStage(launch);
    MountStage mounts = new MountStage(launch, init);
    ProcessStage process = new ProcessStage(launch, init);

    /* Whoever finds this container later must know whose it is before anything is made for it. */
    monitor.add("record the monitor", Opcode.RECORD_MONITOR, launch.records().monitor());
    cgroups.create(monitor);
    /* Made by a process of its own, which must not count among the container's. */
    mounts.idMapping(monitor);
    spawn(cgroups.unifiedDirectory());

    init.add("end the container if the monitor ends", Opcode.DIE_WITH_MONITOR);
    cgroups.join(init);
    /* After the cgroups are joined: the namespace's root is where its first process stands then. */
    if (linux.namespaces().contains("cgroup")) {
      init.add("enter a new cgroup namespace", Opcode.UNSHARE, CLONE_NEWCGROUP);
    }
    init.add("join a new session keyring", Opcode.SESSION_KEYRING, "nsbox-" + launch.id());
    mounts.root();
    mounts.mounts(cgroups);
    new DeviceStage(launch, init).add();
    mounts.workingDirectory();
    network();
    names();
    new SysctlStage(launch, init).add();
    process.streams();
    /* Last of the mounts: what is made read-only here had to be written to before. */
    mounts.protectedPaths();
    /* Not before: masking shows the host's /dev/null, which is out of reach from inside. */
    init.add("make the new root the root", Opcode.PIVOT_ROOT);
    process.rightsAndProgram();

    cgroups.remove(teardown);
    teardown.add("record how the container ended", Opcode.RECORD_EXIT, launch.records().exit());
    for (Instruction step : launch.teardown()) {
      teardown.add(step);
    }
  }

  private void spawn(String cgroup) {
    long flags = 0;
    StringBuilder names = new StringBuilder();
    for (String namespace : launch.spec().linux().namespaces()) {
      long flag = cloneFlag(namespace);
      if (flag != 0) {
        flags |= flag;
        names.append(names.isEmpty() ? "" : ", ").append(namespace);
      }
    }
    int streams =
        (launch.keepInput() ? SPAWN_STDIN : 0)
            | (launch.spec().process().terminal() ? SPAWN_TERMINAL : 0);
    monitor.add(
        "create the container's process in new namespaces: " + names,
        Opcode.SPAWN,
        flags,
        streams,
        launch.log().orElse(""),
        cgroup);
    monitor.add(
        "record the container's process", Opcode.RECORD_PROCESS, launch.records().process());
    monitor.add("wait until the program has started", Opcode.AWAIT_EXEC);
  }

  /* The cgroup namespace is not among them: it is entered later, by init itself. */
  private static long cloneFlag(String namespace) {
    return switch (namespace) {
      case "mount" -> CLONE_NEWNS;
      case "uts" -> CLONE_NEWUTS;
      case "ipc" -> CLONE_NEWIPC;
      case "pid" -> CLONE_NEWPID;
      case "network" -> CLONE_NEWNET;
      default -> 0;
    };
  }

  private void network() {
    if (launch.spec().linux().namespaces().contains("network")) {
      init.add("bring up the loopback interface", Opcode.NETLINK, Netlink.loopbackUp());
    }
  }

  private void names() throws UnsupportedSpecException {
    boolean uts = launch.spec().linux().namespaces().contains("uts");
    if (!uts && launch.spec().hostname().isPresent()) {
      throw new UnsupportedSpecException(
          "hostname", "needs a uts namespace of the container's own");
    }
    if (!uts && launch.spec().domainname().isPresent()) {
      throw new UnsupportedSpecException(
          "domainname", "needs a uts namespace of the container's own");
    }
    launch
        .spec()
        .hostname()
        .ifPresent(name -> init.add("set the hostname to " + name, Opcode.SET_HOSTNAME, name));
    launch
        .spec()
        .domainname()
        .ifPresent(name -> init.add("set the domainname to " + name, Opcode.SET_DOMAINNAME, name));
  }
}

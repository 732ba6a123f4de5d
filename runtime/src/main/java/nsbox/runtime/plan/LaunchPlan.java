package nsbox.runtime.plan;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import nsbox.json.JsonObject;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.Hooks;
import nsbox.runtime.spec.LinuxSpec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Compiles a container's configuration to the program that starts it. Start reading here.
///
/// The order of the steps is the design; each stage says why its steps stand where they stand.
public final class LaunchPlan {
  private static final int MOUNTED = 1;
  private static final int READY = 2;
  private static final int NETWORK = 3;
  private static final int IN_SCOPE = 4;
  private static final int ON_NETWORKS = 5;

  private final Launch launch;
  private final Instructions monitor = new Instructions();
  private final Instructions init = new Instructions();
  private final Instructions teardown = new Instructions();

  private final NamespaceStage namespaces;
  private final CgroupStage cgroups;
  private final IntelRdtStage rdt;
  private final MountStage mounts;
  private final NetDeviceStage interfaces;
  private final HandoverStage handover;
  private final HookStage hooks;
  private final ProcessStage process;

  private LaunchPlan(Launch launch) {
    LinuxSpec linux = launch.spec().linux();
    this.launch = launch;
    this.namespaces = new NamespaceStage(launch, monitor, init);
    this.cgroups = new CgroupStage(launch);
    this.rdt = IntelRdtStage.of(launch);
    this.mounts = new MountStage(launch, init, namespaces);
    this.interfaces = new NetDeviceStage(linux, NETWORK);
    this.handover = new HandoverStage(launch, monitor);
    this.hooks =
        new HookStage(launch.id(), launch.bundle(), annotations(launch.spec().annotations()));
    this.process = new ProcessStage(launch, init);
  }

  /// @throws UnsupportedSpecException if the configuration asks for what this runtime does not do
  /// @throws IOException if a part of it that only this step reads is malformed
  public static Program compile(Launch launch) throws UnsupportedSpecException, IOException {
    LaunchPlan plan = new LaunchPlan(launch);
    plan.build();
    return new Program(
        plan.monitor.list(),
        plan.init.list(),
        plan.teardown.list(),
        launch.watch().instructions(launch.records()));
  }

  private void build() throws UnsupportedSpecException, IOException {
    namespaces.check();
    if (!launch.rights().root()) {
      new Rootless(launch.rights(), launch.spec()).check();
    }
    checkMounts();
    beforeTheProcess();
    theProcess();
    onTheWay();
    whatItSees();
    whatItMayDo();
    afterTheProcess();
  }

  private void beforeTheProcess() throws UnsupportedSpecException, IOException {
    /* Whoever finds this container later must know whose it is before anything is made for it. */
    if (!launch.records().monitor().isEmpty() && launch.watch().lock().isEmpty()) {
      monitor.add("record the monitor", Opcode.RECORD_MONITOR, launch.records().monitor());
    }
    cgroups.create(monitor);
    rdt.create(monitor);
    /* Made by a process of its own, which must not count among the container's. */
    mounts.idMapping(monitor);
    handover.connect();
  }

  /* What the monitor does while the process makes itself. */
  private void theProcess() throws UnsupportedSpecException, IOException {
    namespaces.spawn(cgroups.unifiedDirectory());
    init.add("end the container if the monitor ends", Opcode.DIE_WITH_MONITOR);
    cgroups.enterScope(monitor, init, IN_SCOPE);
    namespaces.settle();
    interfaces.move(monitor);
    joinNetworks();
    if (stopsWhenMounted()) {
      monitor.add("wait until its mounts are made", Opcode.AWAIT_SYNC, MOUNTED);
      Hooks all = launch.spec().hooks();
      hooks.add(monitor, "prestart", all.prestart(), "creating", List.of(), 0);
      hooks.add(monitor, "createRuntime", all.createRuntime(), "creating", List.of(), 0);
      monitor.add("let it go on", Opcode.GO_ON);
    }
  }

  /* All that takes the host's rights, for in a user namespace there are none of them. */
  private void onTheWay() throws UnsupportedSpecException, IOException {
    cgroups.join(init);
    rdt.join(init);
    if (namespaces.onTheWay()) {
      process.oomScore();
      if (launch.rights().root()) {
        process.streamsOfUserNamespace();
      }
      namespaces.join();
      mounts.prepare();
      namespaces.goOn();
    }
    interfaces.await(init);
    namespaces.cgroup();
    if (launch.handover().newKeyring()) {
      init.add("join a new session keyring", Opcode.SESSION_KEYRING, "nsbox-" + launch.id());
    }
  }

  private void whatItSees() throws UnsupportedSpecException, IOException {
    mounts.root();
    mounts.mounts(cgroups);
    new DeviceStage(launch, init, mounts).add();
    mounts.workingDirectory();
    network();
    if (stopsWhenMounted()) {
      init.add("wait for what is done from outside", Opcode.SYNC, MOUNTED);
    }
    hooks.add(
        init, "createContainer", launch.spec().hooks().createContainer(), "creating", List.of(), 0);
    names();
    new SysctlStage(launch, init).add();
    process.streams(true);
    /* Last of the mounts: what is made read-only here had to be written to before. */
    mounts.protectedPaths();
    /* Not before: masking shows the host's /dev/null, which is out of reach from inside. */
    mounts.enter();
  }

  private void whatItMayDo() throws UnsupportedSpecException, IOException {
    process.home();
    if (namespaces.inUserNamespace() && !launch.spec().process().rlimits().isEmpty()) {
      process.outsideLimits(monitor, READY);
    }
    process.rightsAndProgram(hooks);
  }

  private void afterTheProcess() throws UnsupportedSpecException, IOException {
    handover.give(hooks);
    for (Instruction step : launch.watch().onceUp()) {
      monitor.add(step);
    }
    afterTheEnd(launch, cgroups, rdt, hooks, teardown);
  }

  /// Also of a container that is restored.
  static void afterTheEnd(
      Launch launch,
      CgroupStage cgroups,
      IntelRdtStage rdt,
      HookStage hooks,
      Instructions teardown) {
    if (!launch.records().exit().isEmpty()) {
      /* While its cgroup can still tell whether it wanted memory. */
      teardown.add(
          "record how the container ended",
          Opcode.RECORD_END,
          launch.records().exit(),
          cgroups.memoryEvents());
    }
    for (Instruction step : launch.watch().onceEnded()) {
      teardown.add(step);
    }
    cgroups.remove(teardown);
    rdt.remove(teardown);
    hooks.poststop(teardown, launch.spec().hooks());
    for (Instruction step : launch.teardown()) {
      teardown.add(step);
    }
  }

  /* Mounts in the host's own namespace would outlive the container, and everybody would see them. */
  private void checkMounts() throws UnsupportedSpecException {
    if (launch.spec().linux().hasNamespace("mount")) {
      return;
    }
    LinuxSpec linux = launch.spec().linux();
    if (!launch.spec().mounts().isEmpty()
        || !linux.maskedPaths().isEmpty()
        || !linux.readonlyPaths().isEmpty()
        || launch.spec().root().readonly()
        || launch.spec().process().terminal()
        || launch.rootfs() instanceof Rootfs.Overlay) {
      throw new UnsupportedSpecException(
          "linux.namespaces", "no mount namespace; nsbox never mounts in the host's");
    }
  }

  private boolean stopsWhenMounted() {
    Hooks hooks = launch.spec().hooks();
    return !hooks.prestart().isEmpty() || !hooks.createRuntime().isEmpty();
  }

  static JsonObject annotations(Map<String, String> annotations) {
    JsonObject object = new JsonObject();
    for (Map.Entry<String, String> entry : annotations.entrySet()) {
      object.put(entry.getKey(), entry.getValue());
    }
    return object;
  }

  /* While the process makes its mounts. */
  private void joinNetworks() {
    List<Instruction> steps = launch.beside().networks();
    for (Instruction step : steps) {
      monitor.add(step);
    }
    if (!steps.isEmpty()) {
      monitor.add("wait until it needs its networks", Opcode.AWAIT_SYNC, ON_NETWORKS);
      monitor.add("let it go on", Opcode.GO_ON);
    }
  }

  private void network() {
    if (launch.spec().linux().hasNewNamespace("network")) {
      init.add("bring up the loopback interface", Opcode.NETLINK, Netlink.loopbackUp());
    }
    if (!launch.beside().networks().isEmpty()) {
      init.add("wait for its networks", Opcode.SYNC, ON_NETWORKS);
    }
  }

  private void names() throws UnsupportedSpecException {
    boolean uts = launch.spec().linux().hasNamespace("uts");
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

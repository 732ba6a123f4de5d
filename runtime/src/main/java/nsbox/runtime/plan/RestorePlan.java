package nsbox.runtime.plan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.plan.Restore.External;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.MountSpec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Compiles a container's configuration to the program that has criu restore it.
///
/// nsbox makes the cgroup with its limits; criu makes all else, and starts from within that cgroup.
/// It runs in a mount namespace of its own, so the host sees none of the mounts that it needs on
/// the way. The process that it restores is its sibling and so the monitor's child, as after
/// `create`.
public final class RestorePlan {
  private static final int IN_SCOPE = 1;
  private static final int FIRST_KEPT = 3;
  private static final long MS_BIND = 4096;
  private static final long MS_REC = 16384;
  private static final long MS_SLAVE = 1 << 19;
  private static final int MNT_DETACH = 2;
  private static final int MODE = 0755;

  private final Launch launch;
  private final Restore restore;
  private final String rootfs;
  private final CgroupStage cgroups;
  private final IntelRdtStage rdt;
  private final Instructions monitor = new Instructions();
  private final Instructions init = new Instructions();
  private final Instructions teardown = new Instructions();

  private RestorePlan(Launch launch, Restore restore) {
    this.launch = launch;
    this.restore = restore;
    this.rootfs = ((Rootfs.Directory) launch.rootfs()).path();
    this.cgroups = new CgroupStage(launch);
    this.rdt = IntelRdtStage.of(launch);
  }

  /// @throws UnsupportedSpecException if the configuration asks for what this runtime does not do
  /// @throws IOException if a part of it that only this step reads is malformed
  public static Program compile(Launch launch, Restore restore)
      throws UnsupportedSpecException, IOException {
    RestorePlan plan = new RestorePlan(launch, restore);
    plan.build();
    return new Program(plan.monitor.list(), plan.init.list(), plan.teardown.list(), List.of());
  }

  private void build() throws UnsupportedSpecException, IOException {
    cgroups.create(monitor);
    rdt.create(monitor);
    monitor.add(
        "create the process that becomes criu, with mounts of its own",
        Opcode.SPAWN,
        NamespaceStage.flag("mount"),
        NamespaceStage.streams(launch),
        cgroups.unifiedDirectory());
    init.add("end criu if the monitor ends", Opcode.DIE_WITH_MONITOR);
    cgroups.enterScope(monitor, init, IN_SCOPE);
    cgroups.join(init);
    rdt.join(init);
    init.add("keep mounts from the host", Opcode.PROPAGATION, "/", MS_REC | MS_SLAVE);
    mountPoints();
    bindRoot();
    attributes();
    whatCriuDoesNotSave();
    criu();
    handOver();
    HookStage hooks =
        new HookStage(
            launch.id(), launch.bundle(), LaunchPlan.annotations(launch.spec().annotations()));
    LaunchPlan.afterTheEnd(launch, cgroups, rdt, hooks, teardown);
  }

  /* What criu makes inherits this from criu. */
  private void whatCriuDoesNotSave() {
    init.add("join a new session keyring", Opcode.SESSION_KEYRING, "nsbox-" + launch.id());
    if (launch.spec().process().noNewPrivileges()) {
      init.add("give up new privileges", Opcode.NO_NEW_PRIVILEGES);
    }
  }

  private void bindRoot() {
    String label = "show criu " + rootfs + " as a mount";
    init.add(label, Opcode.MOUNT, rootfs, restore.root(), "", MS_BIND | MS_REC, "");
    init.add("take it as the root", Opcode.ENTER_ROOT, restore.root());
  }

  /* criu gives some mounts that it does not make itself the attributes of their sources instead of
   * those that they had, and never changes the root's. So the sources have the right ones. */
  private void attributes() throws UnsupportedSpecException {
    if (launch.spec().root().readonly()) {
      init.add("make the root read-only", Opcode.SET_ATTRIBUTES_AT, "/", 0, MountOptions.RDONLY, 0);
    }
    String sources = restore.sources();
    init.add("make room for its sources", Opcode.MOUNT, "tmpfs", sources, "tmpfs", 0, "mode=700");
    init.add("work in there", Opcode.ENTER_ROOT, sources);
    for (int i = 0; i < restore.external().size(); i++) {
      External external = restore.external().get(i);
      MountOptions options = MountOptions.parse(external.options());
      init.add(
          "show criu " + external.source() + " as it was on " + external.name(),
          Opcode.BIND_AT,
          external.source(),
          "/" + i,
          MountStage.bindFlags(options),
          options.own().set() | options.below().set(),
          options.own().clear() | options.below().clear(),
          0);
    }
  }

  private List<String> external() {
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < restore.external().size(); i++) {
      External external = restore.external().get(i);
      String source = restore.sources() + "/" + i;
      arguments.addAll(List.of("--external", "mnt[" + external.name() + "]:" + source));
      for (String below : external.below()) {
        arguments.addAll(
            List.of(
                "--external",
                "mnt[" + external.name() + "/" + below + "]:" + source + "/" + below));
      }
    }
    return arguments;
  }

  /* criu makes no mount points, and a root that was not yet mounted on may have none. What lies in
   * another bind mount can be made only where that is mounted, so they are, for the while. */
  private void mountPoints() throws UnsupportedSpecException {
    bindRoot();
    List<String> fresh = new ArrayList<>();
    for (MountSpec mount : launch.spec().mounts()) {
      MountOptions options = MountOptions.parse(mount.options());
      if (!isBelow(mount.destination(), fresh) && !options.wants("remount")) {
        mountPoint(mount, options);
      }
      if (!mount.isBind()) {
        fresh.add(mount.destination());
      }
    }
    init.add("forget these mounts", Opcode.UNMOUNT, restore.root(), MNT_DETACH);
  }

  private void mountPoint(MountSpec mount, MountOptions options) {
    String destination = mount.destination();
    if (!mount.isBind()) {
      init.add("make room for a mount on " + destination, Opcode.MKDIR_AT, destination, MODE);
    } else if (!options.wants("copy-symlink")) {
      String source = MountStage.source(mount, launch.bundle());
      int flags = MountStage.bindFlags(options);
      String label = "make room for " + source + " on " + destination;
      init.add(label, Opcode.BIND_AT, source, destination, flags, 0, 0, 0);
    }
  }

  /* What is in a file system of the container's own comes with its checkpoint. */
  private static boolean isBelow(String path, List<String> others) {
    for (String other : others) {
      if (path.startsWith(other.endsWith("/") ? other : other + "/")) {
        return true;
      }
    }
    return false;
  }

  private void criu() {
    List<String> arguments = new ArrayList<>(List.of(restore.program(), "restore"));
    arguments.addAll(List.of("--restore-detached", "--restore-sibling"));
    arguments.addAll(List.of("--pidfile", restore.pidFile(), "--root", restore.root()));
    arguments.addAll(cgroups.rootsForCriu());
    arguments.addAll(external());
    arguments.addAll(restore.arguments());
    int last = Restore.FIRST_DESCRIPTOR;
    for (String path : restore.open()) {
      init.add("open " + path + " for criu", Opcode.OPEN_AS, path, last++);
    }
    init.add(
        "run criu",
        Opcode.EXECUTE,
        arguments,
        restore.environment(),
        "",
        restore.open().isEmpty() ? 0 : last - FIRST_KEPT);
  }

  private void handOver() {
    monitor.add("wait until criu runs", Opcode.AWAIT_EXEC);
    monitor.add("wait until criu is done", Opcode.AWAIT_RESTORED, restore.pidFile());
    monitor.add(
        "record the container's process", Opcode.RECORD_PROCESS, launch.records().process());
    if (launch.handover().pidFile().isPresent()) {
      String file = launch.handover().pidFile().get();
      monitor.add("write the pid to " + file, Opcode.PID_FILE, file);
    }
  }
}

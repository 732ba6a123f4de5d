package nsbox.runtime.plan;

import java.util.List;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.MountSpec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Compiles a change of what is mounted in a container that runs.
///
/// A process opens what is to be bound while it is on the host, joins the container's mount
/// namespace, and puts each onto its place there. It never enters another namespace of the
/// container, and never runs anything of it.
public final class MountsPlan {
  private static final long MNT_DETACH = 2;

  private MountsPlan() {}

  /// @param container a process of it, as for [ExecPlan]
  /// @throws UnsupportedSpecException for a mount that takes more than this
  public static Program add(ExecPlan.Target container, List<MountSpec> mounts)
      throws UnsupportedSpecException {
    Instructions init = begin();
    for (MountSpec mount : mounts) {
      check(mount);
      if (mount.isBind()) {
        MountOptions options = MountOptions.parse(mount.options());
        init.add(
            "open " + mount.source() + " for " + mount.destination(),
            Opcode.PREPARE_BIND,
            mount.source(),
            MountStage.bindFlags(options),
            options.set(),
            options.clear(),
            options.propagation());
      }
    }
    join(init, container);
    int number = 0;
    for (MountSpec mount : mounts) {
      if (mount.isBind()) {
        init.add(
            "show it on " + mount.destination(), Opcode.PLACE_AT, number++, mount.destination());
      } else {
        MountOptions options = MountOptions.parse(mount.options());
        init.add(
            mount.type() + " on " + mount.destination(),
            Opcode.MOUNT_AT,
            mount.type(),
            mount.source(),
            mount.destination(),
            options.set(),
            options.data());
      }
    }
    return program(init);
  }

  /// @param mounts of which only the destination counts
  public static Program remove(ExecPlan.Target container, List<MountSpec> mounts) {
    Instructions init = begin();
    join(init, container);
    for (MountSpec mount : mounts) {
      init.add(
          "take away what is mounted on " + mount.destination(),
          Opcode.UNMOUNT,
          mount.destination(),
          MNT_DETACH);
    }
    return program(init);
  }

  private static void check(MountSpec mount) throws UnsupportedSpecException {
    MountOptions options = MountOptions.parse(mount.options());
    boolean plain =
        !options.isMixed()
            && options.hasPlainPropagation()
            && mount.mapping().isEmpty()
            && !options.wants("idmap")
            && !options.wants("ridmap")
            && !options.wants("remount")
            && !options.wants("tmpcopyup")
            && !options.wants("copy-symlink");
    if (!plain || !mount.isBind() && !mount.type().equals("tmpfs")) {
      throw new UnsupportedSpecException(
          "mounts: " + mount.destination(),
          "a container that runs takes a bind mount or a tmpfs, with plain options");
    }
  }

  private static Instructions begin() {
    Instructions init = new Instructions();
    init.add("end if the caller ends", Opcode.DIE_WITH_MONITOR);
    return init;
  }

  private static void join(Instructions init, ExecPlan.Target container) {
    init.add("let nobody in there look into this process", Opcode.DUMPABLE, 0);
    init.add(
        "join the mount namespace of process " + container.pid(),
        Opcode.JOIN_PROCESS,
        container.pid(),
        container.startTime(),
        NamespaceStage.flag("mount"));
    init.add("take the container's root", Opcode.ENTER_ROOT, "/");
  }

  private static Program program(Instructions init) {
    Instructions monitor = new Instructions();
    int ownStreams = 4;
    monitor.add("create a process on the way into the container", Opcode.SPAWN, 0, ownStreams, "");
    monitor.add("wait until it is done", Opcode.AWAIT_EXEC);
    init.add("be done", Opcode.DONE);
    return new Program(monitor.list(), init.list(), List.of());
  }
}

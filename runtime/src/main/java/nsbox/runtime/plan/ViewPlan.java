package nsbox.runtime.plan;

import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.MountSpec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Programs that show a read-only tree on the host, where all processes see it, and take it away.
///
/// With the options that podman mounts images with: devices and setuid files in the tree are what
/// they are.
public final class ViewPlan {
  private static final long MS_RDONLY = 1;
  private static final long MS_REC = 16384;
  private static final long MS_PRIVATE = 1 << 18;
  private static final long MS_BIND = 4096;
  private static final long MNT_DETACH = 2;

  /// Of an unmount that waits for nobody.
  public static final long DETACH = MNT_DETACH;

  private ViewPlan() {}

  /// Layers on top of each other.
  ///
  /// @param lowers topmost first; at least two
  /// @param target an empty directory
  public static Program overlay(List<String> lowers, String target) {
    /* Layers come from strangers: they may not refer to other directories by attributes. */
    List<String> options = List.of("index=off", "metacopy=off", "redirect_dir=nofollow");
    String data = "lowerdir=" + String.join(":", lowers) + "," + String.join(",", options);
    boolean plain = data.length() <= OverlayStage.MOUNT_DATA_BYTES;
    for (String lower : lowers) {
      plain &= OverlayStage.isPlain(lower);
    }
    Instructions steps = new Instructions();
    String label = "overlay of " + lowers.size() + " layers on " + target;
    if (plain) {
      steps.add(label, Opcode.MOUNT, "overlay", target, "overlay", MS_RDONLY, data);
    } else {
      steps.add(
          label, Opcode.OVERLAY, target, MountOptions.RDONLY, options, new ArrayList<>(lowers));
    }
    return Program.of(steps);
  }

  /// What a container would have as its root, to be written to.
  ///
  /// @param overlay its mount point is an empty directory of the host
  public static Program overlay(Rootfs.Overlay overlay) {
    Instructions steps = new Instructions();
    new OverlayStage(steps, new MountPropagation("", steps)).mount(overlay);
    return Program.of(steps);
  }

  /// A directory, to be written to.
  public static Program bind(String source, String target) {
    Instructions steps = new Instructions();
    steps.add("show " + source + " on " + target, Opcode.MOUNT, source, target, "", MS_BIND, "");
    return Program.of(steps);
  }

  /// A directory; it is never to be written to there, not for a moment.
  ///
  /// @param folder that holds the target
  /// @param target name of an empty directory
  public static Program directory(String source, String folder, String target) {
    Instructions steps = new Instructions();
    steps.add("enter " + folder, Opcode.ENTER_ROOT, folder);
    steps.add(
        "show " + source + " on " + target,
        Opcode.BIND_AT,
        source,
        "/" + target,
        0,
        MountOptions.RDONLY,
        0,
        0);
    return Program.of(steps);
  }

  /// An overlay that one process sees and nobody else: what a container that does not run would
  /// have.
  ///
  /// The process waits, and the mount with it, until it is killed or its front ends.
  ///
  /// @param binds what of the host is shown in it, as far as there are places for it
  /// @param record where its pid is written
  public static Program held(Rootfs.Overlay overlay, List<MountSpec> binds, String record)
      throws UnsupportedSpecException {
    Instructions init = beginHolder();
    init.add("keep mounts from the host", Opcode.PROPAGATION, "/", MS_REC | MS_PRIVATE);
    new OverlayStage(init, new MountPropagation("", init)).mount(overlay);
    return held(init, overlay.mountPoint(), binds, record);
  }

  /// The same of a root that is mounted on the host already.
  public static Program held(String directory, List<MountSpec> binds, String record)
      throws UnsupportedSpecException {
    Instructions init = beginHolder();
    init.add("keep mounts from the host", Opcode.PROPAGATION, "/", MS_REC | MS_PRIVATE);
    return held(init, directory, binds, record);
  }

  private static Program held(
      Instructions init, String directory, List<MountSpec> binds, String record)
      throws UnsupportedSpecException {
    init.add("enter it", Opcode.ENTER_ROOT, directory);
    for (MountSpec bind : binds) {
      MountOptions options = MountOptions.parse(bind.options());
      init.addIgnoring(
          Instruction.ALL,
          "show " + bind.source() + " on " + bind.destination(),
          Opcode.BIND_AT,
          bind.source(),
          bind.destination(),
          MountStage.bindFlags(options),
          options.set(),
          options.clear(),
          0);
    }
    return holder(init, NamespaceStage.flag("mount"), record);
  }

  /// The root file system of a container that runs, without what is mounted in it, for one process
  /// as above.
  ///
  /// @param mounted where something is mounted in the container, the latest first
  public static Program uncovered(ExecPlan.Target container, List<String> mounted, String record) {
    Instructions init = beginHolder();
    init.add("let nobody in there look into this process", Opcode.DUMPABLE, 0);
    init.add(
        "join the mount namespace of process " + container.pid(),
        Opcode.JOIN_PROCESS,
        container.pid(),
        container.startTime(),
        NamespaceStage.flag("mount"));
    init.add("see its mounts alone", Opcode.UNSHARE, NamespaceStage.flag("mount"));
    init.add("keep changes to oneself", Opcode.PROPAGATION, "/", MS_REC | MS_PRIVATE);
    for (String path : mounted) {
      init.addIgnoring(
          Instruction.ALL,
          "take away what is mounted on " + path,
          Opcode.UNMOUNT,
          path,
          MNT_DETACH);
    }
    return holder(init, 0, record);
  }

  private static Instructions beginHolder() {
    Instructions init = new Instructions();
    init.add("end if the caller ends", Opcode.DIE_WITH_MONITOR);
    return init;
  }

  private static Program holder(Instructions init, long namespaces, String record) {
    Instructions monitor = new Instructions();
    int ownStreams = 4;
    monitor.add("create a process that holds the mounts", Opcode.SPAWN, namespaces, ownStreams, "");
    monitor.add("wait until they are made", Opcode.AWAIT_SYNC, 0);
    monitor.add("record it", Opcode.RECORD_PROCESS, record);
    init.add("wait until nobody needs them", Opcode.SYNC, 0);
    init.add("be done", Opcode.DONE);
    return new Program(monitor.list(), init.list(), List.of());
  }

  /// Takes away what is mounted on a directory.
  ///
  /// @param layers how many mounts lie there on top of each other
  /// @param detach also while processes use it: they keep what they have open
  public static Program unmount(String target, int layers, boolean detach) {
    Instructions steps = new Instructions();
    for (int i = 0; i < layers; i++) {
      steps.add("unmount " + target, Opcode.UNMOUNT, target, detach ? MNT_DETACH : 0);
    }
    return Program.of(steps);
  }
}

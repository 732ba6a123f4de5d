package nsbox.runtime.plan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.cgroup.ContainerCgroup;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.spec.LinuxSpec;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Compiles a further process of a container that runs.
///
/// A process on the way joins the container's cgroups and namespaces; its child is in them, and
/// becomes the program.
public final class ExecPlan {
  private ExecPlan() {}

  /// The container, as it is found.
  ///
  /// @param pid of its first process, and the start time that tells it from others; 0 of one that
  ///   the monitor knows
  /// @param namespaces CLONE_NEW flags of those that are not the caller's own
  /// @param directories of its cgroups in the hierarchies of version 1
  /// @param unified its directory in that of version 2, or empty
  public record Target(
      int pid, long startTime, long namespaces, List<String> directories, String unified) {
    /// One that the monitor knows when the process is made: what it is in stands in its
    /// configuration.
    public static Target ofMonitor(Launch launch) {
      long flags = 0;
      for (LinuxSpec.Namespace namespace : launch.spec().linux().namespaces()) {
        flags |= NamespaceStage.flag(namespace.type());
      }
      List<String> directories = new ArrayList<>();
      for (ContainerCgroup.Place place : launch.cgroup().places()) {
        if (!place.hierarchy().unified()) {
          directories.add(place.directory());
        }
      }
      return new Target(0, 0, flags, directories, launch.cgroup().unifiedDirectory().orElse(""));
    }

    boolean isOfMonitor() {
      return pid == 0;
    }

    boolean hasUserNamespace() {
      return (namespaces & NamespaceStage.flag("user")) != 0;
    }

    public boolean hasMountNamespace() {
      return (namespaces & NamespaceStage.flag("mount")) != 0;
    }
  }

  /// The flag for a file below /proc/PID/ns, as for clone(2).
  public static long namespaceFlag(String file) {
    return switch (file) {
      case "mnt" -> NamespaceStage.flag("mount");
      case "net" -> NamespaceStage.flag("network");
      default -> NamespaceStage.flag(file);
    };
  }

  /// @param launch with the further process in its configuration; its records name files of that
  ///   process, or none
  public static Program compile(Launch launch, Target target)
      throws UnsupportedSpecException, IOException {
    Instructions monitor = new Instructions();
    Instructions init = new Instructions();
    HandoverStage handover = new HandoverStage(launch, monitor);
    handover.connect();
    monitor.add(
        "create a process on the way into the container",
        Opcode.SPAWN,
        0,
        NamespaceStage.streams(launch),
        target.unified());
    monitor.add("wait for its child", Opcode.AWAIT_PROCESS);
    monitor.add("let it go on", Opcode.GO_ON);

    ProcessStage process = new ProcessStage(launch, init);
    init.add("end the process if the monitor ends", Opcode.DIE_WITH_MONITOR);
    SchedulingStage scheduling = new SchedulingStage(launch.spec().process(), init);
    scheduling.affinityBeforeCgroup();
    for (String directory : target.directories()) {
      init.write("join the cgroup " + directory, directory + "/tasks", "0");
    }
    scheduling.affinityAfterCgroup();
    process.oomScore();
    if (launch.rights().root()) {
      process.streamsOfUserNamespace();
    }
    init.add("let nobody in there look into this process", Opcode.DUMPABLE, 0);
    if (target.isOfMonitor()) {
      init.add("join the namespaces of the container", Opcode.JOIN_CONTAINER, target.namespaces());
    } else {
      init.add(
          "join the namespaces of process " + target.pid(),
          Opcode.JOIN_PROCESS,
          target.pid(),
          target.startTime(),
          target.namespaces());
    }
    init.add("go on as a child", Opcode.GO_ON_IN_CHILD, 0);
    if (target.hasUserNamespace()) {
      init.add("become root of the user namespace", Opcode.BECOME_ROOT);
    }
    init.add("end the process if the monitor ends", Opcode.DIE_WITH_MONITOR);
    String root = target.hasMountNamespace() ? "/" : "/proc/" + target.pid() + "/root";
    init.add("take the container's root", Opcode.ENTER_ROOT, root);
    if (!target.hasMountNamespace()) {
      init.add("work in it", Opcode.ENTER_DIRECTORY, root);
      init.add("make it the root, as for chroot(2)", Opcode.CHANGE_ROOT);
    }
    process.streams(false);
    process.home();
    process.rightsAndProgram();
    handover.give();
    return new Program(monitor.list(), init.list(), List.of());
  }
}

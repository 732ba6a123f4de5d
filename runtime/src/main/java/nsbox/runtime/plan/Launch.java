package nsbox.runtime.plan;

import java.util.List;
import java.util.Optional;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.cgroup.ContainerCgroup;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.spec.Spec;

/// All that a launch program is made of.
///
/// @param bundle directory that relative paths of the configuration start from
/// @param beside what is mounted and no part of the root file system or the configuration
/// @param keepInput the container's standard input stays open, fed by whoever is attached
/// @param watch what its monitor does besides
/// @param handover how the container is handed over to the caller
/// @param noPivot the root is moved over the host's, for where pivot_root(2) cannot be used
/// @param scope the container's cgroup from each hierarchy's root, where not this program makes it
///   but the planner, with a service manager, for a process that waits for it; empty otherwise
/// @param rights of whoever makes the container
/// @param teardown what the caller wants done after the container's end, last of all
public record Launch(
    String id,
    String bundle,
    Spec spec,
    Rootfs rootfs,
    Beside beside,
    boolean keepInput,
    Watch watch,
    Records records,
    CgroupLayout cgroups,
    FilterCompiler seccompFilter,
    Handover handover,
    boolean noPivot,
    Optional<String> scope,
    Rights rights,
    List<Instruction> teardown) {

  /// A launch by root whose program makes the cgroup.
  public Launch(
      String id,
      String bundle,
      Spec spec,
      Rootfs rootfs,
      boolean keepInput,
      Watch watch,
      Records records,
      CgroupLayout cgroups,
      FilterCompiler seccompFilter,
      Handover handover,
      boolean noPivot,
      List<Instruction> teardown) {
    this(
        id,
        bundle,
        spec,
        rootfs,
        Beside.NOTHING,
        keepInput,
        watch,
        records,
        cgroups,
        seccompFilter,
        handover,
        noPivot,
        Optional.empty(),
        Rights.ALL,
        teardown);
  }

  /// The same with more to be mounted.
  public Launch with(Beside more) {
    return new Launch(
        id,
        bundle,
        spec,
        rootfs,
        more,
        keepInput,
        watch,
        records,
        cgroups,
        seccompFilter,
        handover,
        noPivot,
        scope,
        rights,
        teardown);
  }

  /// The container's cgroup, as far as it is to have one.
  public ContainerCgroup cgroup() {
    return ContainerCgroup.of(
        cgroups, cgroupPath(), rights.cgroupsOptional() && spec.linux().cgroupsPath().isEmpty());
  }

  /// `linux.cgroupsPath` as the directories are named by it, whoever makes them.
  String cgroupPath() {
    return scope.isPresent() ? scope.get() : spec.linux().cgroupsPath().orElse(id);
  }

  /// What only this launch is told of.
  ///
  /// @param trees overlays on paths of the host, which mounts of the configuration show
  /// @param borrowed what another process has mounted
  /// @param networks how the monitor takes the container's process to its networks
  public record Beside(
      List<Rootfs.Overlay> trees, List<Borrowed> borrowed, List<Instruction> networks) {
    public static final Beside NOTHING = new Beside(List.of(), List.of(), List.of());
  }

  /// A mount of a process whose namespaces are joined, shown on the same path.
  public record Borrowed(long pid, long startTime, String path) {}

  /// Files in which the monitor tells what goes on.
  ///
  /// @param monitor "PID START-TIME" of the monitor; empty where none stays
  /// @param process "PID START-TIME" of the container's first process
  /// @param exit "exit CODE" or "signal NUMBER", then "SECONDS NANOS" since the epoch, then "oom"
  ///   if memory ran out, else "-"; empty where nobody sees the end
  public record Records(String monitor, String process, String exit) {}
}

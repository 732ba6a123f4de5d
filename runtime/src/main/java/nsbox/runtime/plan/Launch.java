package nsbox.runtime.plan;

import java.util.List;
import java.util.Optional;
import nsbox.runtime.cgroup.CgroupLayout;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.spec.Spec;

/// All that a launch program is made of.
///
/// @param bundle directory that relative paths of the configuration start from
/// @param keepInput the container's standard input stays open, fed by whoever is attached
/// @param log file that collects the container's output
/// @param handover how the container is handed over to the caller
/// @param noPivot the root is moved over the host's, for where pivot_root(2) cannot be used
/// @param teardown what the caller wants done after the container's end, last of all
public record Launch(
    String id,
    String bundle,
    Spec spec,
    Rootfs rootfs,
    boolean keepInput,
    Optional<String> log,
    Records records,
    CgroupLayout cgroups,
    FilterCompiler seccompFilter,
    Handover handover,
    boolean noPivot,
    List<Instruction> teardown) {

  /// Files in which the monitor tells what goes on.
  ///
  /// @param monitor "PID START-TIME" of the monitor; empty where none stays
  /// @param process "PID START-TIME" of the container's first process
  /// @param exit "exit CODE SECONDS" or "signal NUMBER SECONDS", since the epoch; empty where
  ///   nobody sees the end
  public record Records(String monitor, String process, String exit) {}
}

package nsbox.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Program;

/// What `events` tells of a further process: written by the process that starts it and sees its
/// end, for no planner is there then.
public final class ExecEvents {
  private final EventSteps steps;

  public ExecEvents(StateRoots roots, ContainerFolder folder, ContainerRecord record)
      throws IOException {
    this.steps = new EventSteps(roots, folder, record);
  }

  /// The same program, with a record of each step in the life of its process.
  ///
  /// @param watched somebody of ours sees its end
  public Program tell(Program program, List<String> command, boolean watched) {
    List<Instruction> monitor = new ArrayList<>();
    monitor.add(steps.ofProcess("exec_create", command));
    monitor.addAll(program.monitor());
    monitor.add(steps.ofProcess("exec_start", command));
    List<Instruction> teardown = new ArrayList<>();
    if (watched) {
      teardown.add(steps.endOfProcess("exec_die"));
    }
    teardown.addAll(program.teardown());
    return new Program(monitor, program.init(), teardown, program.watch());
  }
}

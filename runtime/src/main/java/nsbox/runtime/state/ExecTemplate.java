package nsbox.runtime.state;

import java.util.ArrayList;
import java.util.List;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;

/// The program of a further process without its command: whoever starts another one fills that in.
///
/// All else stays the same as long as the container's first process lives. So the C side does it
/// without a planner (`stored_exec.c`), which saves a JVM's start each; where anything is not as
/// expected it asks for one after all.
public final class ExecTemplate {
  /* Which of their arguments is the command. */
  private static final int EXECUTED = 0;
  private static final int TOLD = 5;

  private ExecTemplate() {}

  /// @param program of a process that is like the container's own but for its command
  public static byte[] of(Program program) {
    return new Program(
            withoutCommand(program.monitor()),
            withoutCommand(program.init()),
            program.teardown(),
            program.watch())
        .encode();
  }

  /* What is told of it comes last: where the program does not come up, a planner tries again, and tells
   * of that. */
  private static List<Instruction> withoutCommand(List<Instruction> instructions) {
    List<Instruction> without = new ArrayList<>();
    List<Instruction> told = new ArrayList<>();
    for (Instruction instruction : instructions) {
      Opcode opcode = instruction.opcode();
      if (opcode == Opcode.EXECUTE) {
        without.add(without(instruction, EXECUTED));
      } else if (opcode == Opcode.EXEC_EVENT) {
        told.add(without(instruction, TOLD));
      } else {
        without.add(instruction);
      }
    }
    without.addAll(told);
    return without;
  }

  private static Instruction without(Instruction instruction, int index) {
    List<Object> arguments = new ArrayList<>(instruction.arguments());
    arguments.set(index, List.of());
    return new Instruction(
        instruction.opcode(), instruction.ignore(), instruction.opcode().name(), arguments);
  }
}

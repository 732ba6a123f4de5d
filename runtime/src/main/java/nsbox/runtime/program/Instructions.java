package nsbox.runtime.program;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A section of a program while it is put together.
public final class Instructions {
  private final List<Instruction> list = new ArrayList<>();

  /// Adds a step that must succeed. Numbers may be given as `int` or `long`.
  public void add(String label, Opcode opcode, Object... arguments) {
    addIgnoring(0, label, opcode, arguments);
  }

  /// Adds a step that may fail as `ignore` says ([Instruction#EXISTS] and its siblings).
  public void addIgnoring(int ignore, String label, Opcode opcode, Object... arguments) {
    List<Object> values = new ArrayList<>(arguments.length);
    for (Object argument : arguments) {
      values.add(argument instanceof Integer number ? (Object) number.longValue() : argument);
    }
    list.add(new Instruction(opcode, ignore, label, values));
  }

  /// Adds a step that was made elsewhere.
  public void add(Instruction instruction) {
    list.add(instruction);
  }

  /// Writes `text` to a file that is there, in one write.
  public void write(String label, String path, String text) {
    add(label, Opcode.WRITE_FILE, path, text.getBytes(StandardCharsets.UTF_8), 0, 0);
  }

  public List<Instruction> list() {
    return List.copyOf(list);
  }
}

package nsbox.runtime.program;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A launch program: what `nsbox` (C) does to start a container, to watch over it and to clean up.
///
/// The C side decides nothing: what is not an instruction here does not happen.
///
/// @param monitor run by the monitor, from the start until the container's process is up
/// @param init run by the container's process, from clone to execve
/// @param teardown run after the container's end, by its monitor or by whoever finds that dead;
///   every step is safe to repeat, and a failing one keeps only the last from running, which
///   forgets the container
/// @param watch run by the monitor before all else, and alone by whoever takes the container over
///   from a monitor that was killed: what it does beside the container
public record Program(
    List<Instruction> monitor,
    List<Instruction> init,
    List<Instruction> teardown,
    List<Instruction> watch) {
  private static final int MAGIC = 0x5842534e;
  private static final int VERSION = 2;

  /// A program of which nobody watches over anything.
  public Program(List<Instruction> monitor, List<Instruction> init, List<Instruction> teardown) {
    this(monitor, init, teardown, List.of());
  }

  /// A program of host steps alone, to be run at once.
  public static Program of(Instructions steps) {
    return new Program(steps.list(), List.of(), List.of());
  }

  /// The teardown alone, as it lies beside a container for whoever has to repeat it.
  public Program teardownOnly() {
    return new Program(List.of(), List.of(), teardown);
  }

  /// The same for a monitor that leaves what remains of the container to somebody else.
  public Program withoutTeardown() {
    return new Program(monitor, init, List.of(), watch);
  }

  /// The section with this number on the wire: 0 monitor, 1 init, 2 teardown, 3 watch.
  public List<Instruction> section(int number) {
    return switch (number) {
      case 0 -> monitor;
      case 1 -> init;
      case 2 -> teardown;
      case 3 -> watch;
      default -> throw new IllegalArgumentException("section " + number);
    };
  }

  /// The program as it goes to the C side; `PROTOCOL.md` has the layout.
  public byte[] encode() {
    Encoder encoder = new Encoder();
    encoder.u32(MAGIC);
    encoder.u32(VERSION);
    for (int i = 0; i < 4; i++) {
      List<Instruction> section = section(i);
      encoder.u32(section.size());
      for (Instruction instruction : section) {
        encoder.instruction(instruction);
      }
    }
    return encoder.bytes.toByteArray();
  }

  /// The program for people: one line an instruction.
  public String text() {
    StringBuilder text = new StringBuilder();
    appendSection(text, "monitor", monitor);
    appendSection(text, "init", init);
    appendSection(text, "teardown", teardown);
    if (!watch.isEmpty()) {
      appendSection(text, "watch", watch);
    }
    return text.toString();
  }

  private static void appendSection(StringBuilder text, String name, List<Instruction> section) {
    text.append(name).append(":\n");
    int number = 1;
    for (Instruction instruction : section) {
      String index = Integer.toString(number++);
      text.append(" ".repeat(Math.max(0, 5 - index.length()))).append(index).append("  ");
      String opcode = instruction.opcode().text();
      text.append(opcode).append(" ".repeat(Math.max(1, 19 - opcode.length())));
      text.append(instruction.label().replace('\n', ' ')).append('\n');
    }
  }

  private static final class Encoder {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(16384);

    private void u16(int value) {
      bytes.write(value);
      bytes.write(value >> 8);
    }

    private void u32(int value) {
      u16(value);
      u16(value >> 16);
    }

    private void u64(long value) {
      u32((int) value);
      u32((int) (value >> 32));
    }

    private void blob(byte[] value) {
      u32(value.length);
      bytes.write(value, 0, value.length);
    }

    private void string(String value) {
      blob(value.getBytes(StandardCharsets.UTF_8));
    }

    private void instruction(Instruction instruction) {
      u16(instruction.opcode().code());
      u16(instruction.ignore());
      string(instruction.label());
      for (Object argument : instruction.arguments()) {
        if (argument instanceof Long number) {
          u64(number);
        } else if (argument instanceof String text) {
          string(text);
        } else if (argument instanceof byte[] blob) {
          blob(blob);
        } else {
          List<?> list = (List<?>) argument;
          u32(list.size());
          for (Object element : list) {
            string((String) element);
          }
        }
      }
    }
  }
}

package nsbox.runtime.program;

import java.util.List;

/// One step of a launch program.
///
/// @param label what it does, for people: it is all that `--explain` and failures show of it
/// @param ignore failures that do not end the program here: [#EXISTS], [#MISSING], [#ALL], [#WARN]
/// @param arguments `Long`, `String`, `byte[]` or `List<String>`, as [Opcode#arguments] says
public record Instruction(Opcode opcode, int ignore, String label, List<Object> arguments) {
  public static final int EXISTS = 1;
  public static final int MISSING = 2;
  public static final int ALL = 4;

  /// Any failure, but whoever runs the program says so on standard error.
  public static final int WARN = 8;

  public Instruction {
    String kinds = opcode.arguments();
    if (arguments.size() != kinds.length()) {
      throw new IllegalArgumentException(opcode + " takes " + kinds + ", got " + arguments);
    }
    for (int i = 0; i < kinds.length(); i++) {
      if (!fits(kinds.charAt(i), arguments.get(i))) {
        throw new IllegalArgumentException(opcode + ", argument " + i + ": " + arguments.get(i));
      }
    }
  }

  private static boolean fits(char kind, Object argument) {
    return switch (kind) {
      case 'i' -> argument instanceof Long;
      case 's' -> isString(argument);
      case 'b' -> argument instanceof byte[];
      case 'v' -> argument instanceof List<?> list && areStrings(list);
      default -> false;
    };
  }

  private static boolean areStrings(List<?> list) {
    for (Object element : list) {
      if (!isString(element)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isString(Object value) {
    return value instanceof String text && text.indexOf('\0') < 0;
  }
}

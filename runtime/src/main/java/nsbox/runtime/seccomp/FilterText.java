package nsbox.runtime.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A seccomp filter as text for people, one instruction a line.
public final class FilterText {
  private FilterText() {}

  /// The instructions with their numbers, so that the targets of jumps can be found.
  ///
  /// @param program `struct sock_filter[]` in little-endian
  public static String disassemble(byte[] program) {
    ByteBuffer bytes = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
    StringBuilder text = new StringBuilder();
    for (int line = 0; bytes.hasRemaining(); line++) {
      int code = bytes.getShort();
      int ifTrue = line + 1 + (bytes.get() & 0xff);
      int ifFalse = line + 1 + (bytes.get() & 0xff);
      int operand = bytes.getInt();
      text.append(line).append(": ");
      switch (code) {
        case BackwardProgram.LOAD -> text.append("load ").append(field(operand));
        case BackwardProgram.AND -> text.append("and ").append(hex(operand));
        case BackwardProgram.JUMP -> text.append("go to ").append(line + 1 + operand);
        case BackwardProgram.IF_EQUAL -> jump(text, "=", operand, ifTrue, ifFalse);
        case BackwardProgram.IF_GREATER -> jump(text, ">", operand, ifTrue, ifFalse);
        case BackwardProgram.IF_GREATER_OR_EQUAL -> jump(text, ">=", operand, ifTrue, ifFalse);
        case BackwardProgram.RETURN -> text.append("return ").append(action(operand));
        default -> text.append("unknown code ").append(hex(code));
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static void jump(
      StringBuilder text, String condition, int operand, int ifTrue, int ifFalse) {
    text.append("if ").append(condition).append(' ').append(hex(operand));
    text.append(" go to ").append(ifTrue).append(" else ").append(ifFalse);
  }

  private static String field(int offset) {
    return switch (offset) {
      case 0 -> "number";
      case 4 -> "architecture";
      default -> "argument " + (offset - 16) / 8 + (offset % 8 == 0 ? " low" : " high");
    };
  }

  private static String action(int value) {
    int data = value & 0xffff;
    for (Action.Kind kind : Action.Kind.values()) {
      if (new Action(kind, data).returnValue() == value) {
        return kind + (data == 0 ? "" : " " + data);
      }
    }
    return hex(value);
  }

  private static String hex(int value) {
    return "0x" + Integer.toHexString(value);
  }
}

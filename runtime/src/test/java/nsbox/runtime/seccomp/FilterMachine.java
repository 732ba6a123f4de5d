package nsbox.runtime.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Runs seccomp filters as the kernel does, refusing what its checker would refuse.
final class FilterMachine {
  private static final int WORDS_BEFORE_ARGUMENTS = 4;

  private final int[] codes;
  private final int[] ifTrue;
  private final int[] ifFalse;
  private final int[] operands;

  FilterMachine(byte[] program) {
    int length = program.length / 8;
    ByteBuffer bytes = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
    codes = new int[length];
    ifTrue = new int[length];
    ifFalse = new int[length];
    operands = new int[length];
    for (int i = 0; i < length; i++) {
      codes[i] = bytes.getShort();
      ifTrue[i] = bytes.get() & 0xff;
      ifFalse[i] = bytes.get() & 0xff;
      operands[i] = bytes.getInt();
    }
  }

  /// @return the filter's return value for one call
  int decide(int architecture, int number, long... arguments) {
    int[] data = new int[16];
    data[0] = number;
    data[1] = architecture;
    for (int i = 0; i < arguments.length; i++) {
      data[WORDS_BEFORE_ARGUMENTS + 2 * i] = (int) arguments[i];
      data[WORDS_BEFORE_ARGUMENTS + 2 * i + 1] = (int) (arguments[i] >>> 32);
    }
    int accumulator = 0;
    for (int at = 0; at < codes.length; at++) {
      int operand = operands[at];
      switch (codes[at]) {
        case 0x20 -> accumulator = data[operand / 4];
        case 0x54 -> accumulator &= operand;
        case 0x05 -> at += operand;
        case 0x15 -> at += accumulator == operand ? ifTrue[at] : ifFalse[at];
        case 0x25 -> at += compare(accumulator, operand) > 0 ? ifTrue[at] : ifFalse[at];
        case 0x35 -> at += compare(accumulator, operand) >= 0 ? ifTrue[at] : ifFalse[at];
        case 0x06 -> {
          return operand;
        }
        default -> throw new IllegalStateException("code " + codes[at] + " at " + at);
      }
    }
    throw new IllegalStateException("ran past the last of " + codes.length + " instructions");
  }

  private static int compare(int accumulator, int operand) {
    return Integer.compareUnsigned(accumulator, operand);
  }
}

package nsbox.runtime.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// A classic BPF program, written from its last instruction to its first.
///
/// Jumps of classic BPF go forward only, so written this way the target of every jump stands
/// already and its distance is known. A *place* is the count of instructions behind an instruction.
final class BackwardProgram {
  static final int LOAD = 0x20;
  static final int AND = 0x54;
  static final int JUMP = 0x05;
  static final int IF_EQUAL = 0x15;
  static final int IF_GREATER = 0x25;
  static final int IF_GREATER_OR_EQUAL = 0x35;
  static final int RETURN = 0x06;

  /// Bytes of a `struct sock_filter`: code, true and false distance, operand.
  static final int INSTRUCTION_BYTES = 8;

  /// Conditional jumps have eight bits for each distance.
  private static final int FARTHEST = 255;

  private final Map<Integer, Integer> lastReturns = new HashMap<>();
  private short[] codes = new short[1024];
  private short[] distances = new short[1024];
  private int[] operands = new int[1024];
  private int size;

  /// Ends the program with a value; the place may be shared with earlier ends.
  int returning(int value) {
    Integer place = lastReturns.get(value);
    if (place != null && size - place <= FARTHEST) {
      return place;
    }
    int written = add(RETURN, 0, value);
    lastReturns.put(value, written);
    return written;
  }

  /// Loads four bytes of `struct seccomp_data`, then goes on at `next`.
  int load(int offset, int next) {
    goOnAt(next);
    return add(LOAD, 0, offset);
  }

  /// Keeps the bits of `mask` in what was loaded, then goes on at `next`.
  int and(int mask, int next) {
    goOnAt(next);
    return add(AND, 0, mask);
  }

  /// Compares what was loaded, unsigned.
  int jump(int condition, int operand, int ifTrue, int ifFalse) {
    // One more than the distance now: the false target may need a step between.
    int whenTrue = size - ifTrue >= FARTHEST ? stepTo(ifTrue) : ifTrue;
    int whenFalse = size - ifFalse > FARTHEST ? stepTo(ifFalse) : ifFalse;
    int trueDistance = size - whenTrue - 1;
    int falseDistance = size - whenFalse - 1;
    return add(condition, trueDistance << 8 | falseDistance, operand);
  }

  /// The program in the order in which it runs, as `struct sock_filter[]`, little-endian.
  ///
  /// @throws FilterTooLongException if the kernel would refuse it for its length
  byte[] bytes() throws FilterTooLongException {
    if (size > FilterTooLongException.LIMIT) {
      throw new FilterTooLongException(size);
    }
    ByteBuffer bytes = ByteBuffer.allocate(size * INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = size - 1; i >= 0; i--) {
      bytes.putShort(codes[i]);
      bytes.put((byte) (distances[i] >>> 8)).put((byte) distances[i]);
      bytes.putInt(operands[i]);
    }
    return bytes.array();
  }

  /// Makes sure that what is written next runs on into `next`.
  private void goOnAt(int next) {
    if (next != size - 1) {
      stepTo(next);
    }
  }

  /// Bridges a distance: a copy of the target if it is an end, else a jump of any length.
  private int stepTo(int target) {
    if (codes[target] == RETURN) {
      int place = add(RETURN, 0, operands[target]);
      lastReturns.put(operands[target], place);
      return place;
    }
    return add(JUMP, 0, size - target - 1);
  }

  private int add(int code, int jumpDistances, int operand) {
    if (size == codes.length) {
      codes = Arrays.copyOf(codes, size * 2);
      distances = Arrays.copyOf(distances, size * 2);
      operands = Arrays.copyOf(operands, size * 2);
    }
    codes[size] = (short) code;
    distances[size] = (short) jumpDistances;
    operands[size] = operand;
    return size++;
  }
}

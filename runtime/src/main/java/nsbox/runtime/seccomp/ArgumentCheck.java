package nsbox.runtime.seccomp;

/// The code that compares one argument of a call.
///
/// Classic BPF has 32 bits at a time, so an argument is two words: the upper decides unless it is
/// equal. Upper words are not looked at for calls of 32-bit ABIs.
final class ArgumentCheck {
  /// Where the arguments start in `struct seccomp_data`, each with its lower word first.
  private static final int ARGUMENTS = 16;

  private final BackwardProgram program;
  private final boolean wide;
  private final int lowOffset;
  private final int low;
  private final int high;

  private ArgumentCheck(BackwardProgram program, Seccomp.Argument argument, boolean wide) {
    this.program = program;
    this.wide = wide;
    this.lowOffset = ARGUMENTS + 8 * argument.index();
    this.low = (int) argument.value();
    this.high = (int) (argument.value() >>> 32);
  }

  /// @param matched the place to go on at if the argument matches
  /// @param otherwise the place to go on at if it does not
  /// @return the place where the comparison starts
  static int write(
      BackwardProgram program,
      Seccomp.Argument argument,
      boolean wide,
      int matched,
      int otherwise) {
    ArgumentCheck check = new ArgumentCheck(program, argument, wide);
    return switch (argument.op()) {
      case EQUAL -> check.equal(matched, otherwise);
      case NOT_EQUAL -> check.equal(otherwise, matched);
      case GREATER -> check.above(BackwardProgram.IF_GREATER, matched, otherwise);
      case LESS_OR_EQUAL -> check.above(BackwardProgram.IF_GREATER, otherwise, matched);
      case GREATER_OR_EQUAL -> check.above(BackwardProgram.IF_GREATER_OR_EQUAL, matched, otherwise);
      case LESS -> check.above(BackwardProgram.IF_GREATER_OR_EQUAL, otherwise, matched);
      case MASKED_EQUAL -> check.masked(argument.valueTwo(), matched, otherwise);
    };
  }

  private int equal(int matched, int otherwise) {
    int lower = loadLow(jump(BackwardProgram.IF_EQUAL, low, matched, otherwise));
    if (!wide) {
      return lower;
    }
    return loadHigh(jump(BackwardProgram.IF_EQUAL, high, lower, otherwise));
  }

  /// Compares with the condition "greater" or "greater or equal".
  private int above(int condition, int matched, int otherwise) {
    int lower = loadLow(jump(condition, low, matched, otherwise));
    if (!wide) {
      return lower;
    }
    int tie = jump(BackwardProgram.IF_EQUAL, high, lower, otherwise);
    return loadHigh(jump(BackwardProgram.IF_GREATER, high, matched, tie));
  }

  private int masked(long expected, int matched, int otherwise) {
    int lower = maskedWord(lowOffset, low, (int) expected, matched, otherwise);
    if (!wide) {
      return lower;
    }
    return maskedWord(lowOffset + 4, high, (int) (expected >>> 32), lower, otherwise);
  }

  private int maskedWord(int offset, int mask, int expected, int matched, int otherwise) {
    if (mask == 0) {
      return expected == 0 ? matched : otherwise;
    }
    int compare = jump(BackwardProgram.IF_EQUAL, expected, matched, otherwise);
    return program.load(offset, mask == -1 ? compare : program.and(mask, compare));
  }

  private int jump(int condition, int operand, int ifTrue, int ifFalse) {
    return program.jump(condition, operand, ifTrue, ifFalse);
  }

  private int loadLow(int next) {
    return program.load(lowOffset, next);
  }

  private int loadHigh(int next) {
    return program.load(lowOffset + 4, next);
  }
}

package nsbox.runtime.seccomp;

import java.util.Arrays;
import java.util.Map;

/// The decisions for all call numbers of one `seccomp_data.arch`: ranges without gaps, in order,
/// found by halving.
///
/// A range has either one action or, being a single number, code that compares arguments.
/// Neighbours with the same action are one range, so an allow-list of 370 calls takes far fewer
/// steps than calls.
final class CallRanges {
  private final Action defaultAction;
  private int[] starts = new int[512];
  private Action[] actions = new Action[512];
  private CallRules[] rules = new CallRules[512];
  private boolean[] wide = new boolean[512];
  private int count;

  CallRanges(Action defaultAction) {
    this.defaultAction = defaultAction;
  }

  /// The filter does not name x32: refuses its calls, which are above those that are there.
  ///
  /// Not -1, with which a tracer asks the kernel to skip a call.
  void refuseX32() {
    append(Architecture.X32_BIT, Action.FOREIGN_ARCHITECTURE, null, false);
    append(-1, defaultAction, null, false);
  }

  /// Adds the calls of an architecture, above those that are there.
  void add(Architecture architecture, Map<String, CallRules> rulesByName, SyscallTable table) {
    // Indexed by number instead of sorted: Arrays.sort costs a cold JVM more than all of this.
    CallRules[] common = new CallRules[SyscallTable.COMMON_END];
    CallRules[] armPrivate = new CallRules[SyscallTable.ARM_PRIVATE_CALLS];
    int newest = -1;
    for (Map.Entry<String, CallRules> entry : rulesByName.entrySet()) {
      int[] numbers = table.numbers(entry.getKey());
      int number = numbers == null ? -1 : numbers[architecture.ordinal()];
      if (number >= Architecture.ARM_PRIVATE) {
        armPrivate[number - Architecture.ARM_PRIVATE] = entry.getValue();
      } else if (number >= 0) {
        common[number] = entry.getValue();
        newest = Math.max(newest, number);
      }
    }
    boolean newerAreUnknown = newest >= 0 && !defaultAction.permits();
    Action unnamed = newerAreUnknown ? Action.UNKNOWN_CALL : defaultAction;
    append(architecture, 0, newest + 1, common, defaultAction);
    append(architecture.callNumber(newest + 1), unnamed, null, false);
    append(architecture, Architecture.ARM_PRIVATE, armPrivate.length, armPrivate, unnamed);
  }

  private void append(
      Architecture architecture, int first, int length, CallRules[] calls, Action unnamed) {
    for (int i = 0; i < length; i++) {
      int start = architecture.callNumber(first + i);
      if (calls[i] == null) {
        append(start, unnamed, null, false);
      } else {
        append(start, calls[i].constant(), calls[i], architecture.wide());
      }
    }
  }

  private void append(int start, Action action, CallRules call, boolean wideCall) {
    if (count > 0 && isSame(action, actions[count - 1])) {
      return;
    }
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, count * 2);
      actions = Arrays.copyOf(actions, count * 2);
      rules = Arrays.copyOf(rules, count * 2);
      wide = Arrays.copyOf(wide, count * 2);
    }
    starts[count] = start;
    actions[count] = action;
    rules[count] = call;
    wide[count] = wideCall;
    count++;
  }

  private static boolean isSame(Action action, Action before) {
    return action != null && before != null && action.is(before);
  }

  /// Writes the search for the range of the number that was loaded.
  ///
  /// @return the place where it starts
  int write(BackwardProgram program) {
    for (int i = count - 1; i >= 0; i--) {
      if (actions[i] == null) {
        rules[i].write(program, wide[i]);
      }
    }
    return halve(program, 0, count);
  }

  private int halve(BackwardProgram program, int from, int to) {
    if (to - from == 1) {
      return actions[from] == null
          ? rules[from].write(program, wide[from])
          : program.returning(actions[from].returnValue());
    }
    int middle = (from + to) >>> 1;
    int upper = halve(program, middle, to);
    int lower = halve(program, from, middle);
    return program.jump(BackwardProgram.IF_GREATER_OR_EQUAL, starts[middle], upper, lower);
  }
}

package nsbox.runtime.seccomp;

import java.util.ArrayList;
import java.util.List;

/// What a profile says about one system call, and the code that decides it.
///
/// As with runc and libseccomp, a rule that repeats the default action says nothing, and a rule
/// without arguments rules out all that have some. Else the first rule that matches decides.
final class CallRules {
  private static final int NOT_WRITTEN = -1;

  /// A rule of which every argument must match.
  private record Conditional(List<Seccomp.Argument> arguments, Action action) {}

  private final Action defaultAction;
  private final List<Conditional> conditionals = new ArrayList<>();
  private Action unconditional;
  private int wideCode = NOT_WRITTEN;
  private int narrowCode = NOT_WRITTEN;

  CallRules(Action defaultAction) {
    this.defaultAction = defaultAction;
  }

  void add(Seccomp.Rule rule) {
    if (rule.action().is(defaultAction)) {
      return;
    }
    List<Seccomp.Argument> arguments = rule.arguments();
    if (arguments.isEmpty()) {
      unconditional = unconditional == null ? rule.action() : unconditional;
    } else if (hasRepeatedIndex(arguments)) {
      for (Seccomp.Argument argument : arguments) {
        conditionals.add(new Conditional(List.of(argument), rule.action()));
      }
    } else {
      conditionals.add(new Conditional(arguments, rule.action()));
    }
  }

  /// The action whatever the arguments are, or null where they matter.
  Action constant() {
    if (unconditional != null) {
      return unconditional;
    }
    return conditionals.isEmpty() ? defaultAction : null;
  }

  /// Writes the comparisons of arguments, once for each width.
  ///
  /// @return the place where they start
  int write(BackwardProgram program, boolean wide) {
    if (wide) {
      wideCode = wideCode == NOT_WRITTEN ? compare(program, true) : wideCode;
      return wideCode;
    }
    narrowCode = narrowCode == NOT_WRITTEN ? compare(program, false) : narrowCode;
    return narrowCode;
  }

  private int compare(BackwardProgram program, boolean wide) {
    int otherwise = program.returning(defaultAction.returnValue());
    for (int i = conditionals.size() - 1; i >= 0; i--) {
      Conditional rule = conditionals.get(i);
      int matched = program.returning(rule.action().returnValue());
      for (int j = rule.arguments().size() - 1; j >= 0; j--) {
        Seccomp.Argument argument = rule.arguments().get(j);
        matched = ArgumentCheck.write(program, argument, wide, matched, otherwise);
      }
      otherwise = matched;
    }
    return otherwise;
  }

  private static boolean hasRepeatedIndex(List<Seccomp.Argument> arguments) {
    int seen = 0;
    for (Seccomp.Argument argument : arguments) {
      int bit = 1 << argument.index();
      if ((seen & bit) != 0) {
        return true;
      }
      seen |= bit;
    }
    return false;
  }
}

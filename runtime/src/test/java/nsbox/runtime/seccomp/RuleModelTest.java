package nsbox.runtime.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Compares the compiled filter with the rules themselves, read one after the other.
class RuleModelTest {
  private static final int X86_64 = 0xC000003E;
  private static final int X32_IOCTL = 0x40000000 | 514;
  private static final int IOCTL = 16;
  private static final long[] VALUES = {
    0, 1, 7, 8, 0x80000000L, 0xffffffffL, 1L << 32, (5L << 32) + 7, -1, 0x7fffffffffL, 6L << 31
  };

  @Test
  void decidesAsTheRulesSay() throws Exception {
    Random random = new Random(42);
    int allowed = 0;
    for (int round = 0; round < 300; round++) {
      List<Seccomp.Rule> rules = new ArrayList<>();
      for (int i = 0; i < 1 + round % 7; i++) {
        rules.add(rule(random));
      }
      Action refuse = Action.of(Action.Kind.ERRNO);
      Seccomp profile = new Seccomp(refuse, List.of(Architecture.X32), List.of(), rules);
      FilterMachine filter =
          new FilterMachine(SeccompCompiler.compile(profile, Architecture.X86_64));
      for (int sample = 0; sample < 300; sample++) {
        long[] arguments = {value(random), value(random), value(random)};
        Action expected = decide(rules, refuse, arguments, -1L);
        assertEquals(
            expected.returnValue(), filter.decide(X86_64, IOCTL, arguments), profile::toString);
        assertEquals(
            decide(rules, refuse, arguments, 0xffffffffL).returnValue(),
            filter.decide(X86_64, X32_IOCTL, arguments),
            profile::toString);
        allowed += expected.permits() ? 1 : 0;
      }
    }
    assertTrue(allowed > 1000, "samples that a rule allows: " + allowed);
  }

  private static Seccomp.Rule rule(Random random) {
    List<Seccomp.Argument> arguments = new ArrayList<>();
    int first = random.nextInt(3);
    for (int index = first; index < 3; index++) {
      Operator op = Operator.values()[random.nextInt(Operator.values().length)];
      long value = VALUES[random.nextInt(VALUES.length)];
      arguments.add(new Seccomp.Argument(index, value, value & value(random), op));
    }
    Action.Kind kind = random.nextBoolean() ? Action.Kind.ALLOW : Action.Kind.LOG;
    return new Seccomp.Rule(List.of("ioctl"), Action.of(kind), arguments);
  }

  private static long value(Random random) {
    return VALUES[random.nextInt(VALUES.length)] + random.nextInt(-1, 2);
  }

  private static Action decide(
      List<Seccomp.Rule> rules, Action otherwise, long[] arguments, long width) {
    for (Seccomp.Rule rule : rules) {
      boolean matches = true;
      for (Seccomp.Argument argument : rule.arguments()) {
        matches &= matches(argument, arguments[argument.index()] & width, width);
      }
      if (matches) {
        return rule.action();
      }
    }
    return otherwise;
  }

  private static boolean matches(Seccomp.Argument argument, long found, long width) {
    long value = argument.value() & width;
    int order = Long.compareUnsigned(found, value);
    return switch (argument.op()) {
      case NOT_EQUAL -> order != 0;
      case LESS -> order < 0;
      case LESS_OR_EQUAL -> order <= 0;
      case EQUAL -> order == 0;
      case GREATER_OR_EQUAL -> order >= 0;
      case GREATER -> order > 0;
      case MASKED_EQUAL -> (found & value) == (argument.valueTwo() & width);
    };
  }
}

package nsbox.runtime.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import nsbox.json.Json;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Compares decisions with those of the program that libseccomp makes of the same profile.
class LibSeccompAgreementTest {
  private static final int X32 = Architecture.X32_BIT;
  private static final int ENOSYS = 0x50026;
  private static final int NEWEST_SAMPLE = 600;

  private static final SyscallTable TABLE = SyscallTable.load();

  private static LibSeccomp libSeccomp;

  @BeforeAll
  static void findLibSeccomp() {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "the oracle adds its own machine");
    try {
      libSeccomp = LibSeccomp.load();
    } catch (IllegalArgumentException e) {
      abort("this machine has no libseccomp.so.2: " + e.getMessage());
    }
  }

  @Test
  void decidesAsLibSeccompForTheDefaultProfile() throws Exception {
    Seccomp profile = known(fixture("nsbox-default-amd64.json"));
    assertEquals(0, differences(profile, samples(profile)));
  }

  @Test
  void decidesAsLibSeccompForTheDefaultProfileOfArm() throws Exception {
    Seccomp profile = known(fixture("nsbox-default-arm64.json"));
    assertEquals(0, differences(profile, samples(profile)));
  }

  @Test
  void decidesAsLibSeccompForAnyComparison() throws Exception {
    Random random = new Random(20260101);
    for (int round = 0; round < 60; round++) {
      Seccomp profile = randomProfile(random);
      assertEquals(0, differences(profile, samples(profile)), "round " + round + ": " + profile);
    }
  }

  private static Seccomp fixture(String name) throws IOException {
    try (var resource = LibSeccompAgreementTest.class.getResourceAsStream(name)) {
      return Seccomp.parse(Json.parse(resource.readAllBytes(), name));
    }
  }

  /// The profile without the calls that this libseccomp is too old for.
  private static Seccomp known(Seccomp profile) {
    List<Seccomp.Rule> rules = new ArrayList<>();
    for (Seccomp.Rule rule : profile.rules()) {
      List<String> names = rule.names().stream().filter(libSeccomp::knows).toList();
      rules.add(new Seccomp.Rule(names, rule.action(), rule.arguments()));
    }
    return new Seccomp(profile.defaultAction(), profile.architectures(), profile.flags(), rules);
  }

  /// Each call with one rule on up to three arguments, or with four values for one argument.
  ///
  /// Not several rules of other kinds: libseccomp 2.5.4 joins these into one tree, and then allows
  /// what no rule allows. For them [RuleModelTest] asks the rules themselves.
  private static Seccomp randomProfile(Random random) {
    List<Seccomp.Rule> rules = new ArrayList<>();
    for (String name : List.of("read", "ioctl", "clone", "personality", "mmap", "fcntl", "kill")) {
      if (random.nextBoolean()) {
        rules.add(allow(name, randomArguments(random)));
        continue;
      }
      int index = random.nextInt(3);
      for (int i = 0; i < 4; i++) {
        long value = random.nextLong(3L << 31, 3L << 32);
        rules.add(allow(name, List.of(new Seccomp.Argument(index, value, 0, Operator.EQUAL))));
      }
    }
    Action refuse = Action.of(Action.Kind.ERRNO);
    List<Architecture> all = List.of(Architecture.X86, Architecture.X32, Architecture.X86_64);
    return new Seccomp(
        refuse, random.nextBoolean() ? all : List.of(Architecture.X86), List.of(), rules);
  }

  private static List<Seccomp.Argument> randomArguments(Random random) {
    List<Seccomp.Argument> arguments = new ArrayList<>();
    for (int index = 0; index < 3; index++) {
      if (random.nextBoolean()) {
        arguments.add(randomArgument(random, index));
      }
    }
    return arguments;
  }

  private static Seccomp.Argument randomArgument(Random random, int index) {
    long[] values = {
      0, 1, 7, 0x80000000L, 0xffffffffL, 1L << 32, (5L << 32) + 7, -1, 0x7fffffffffL
    };
    Operator op = Operator.values()[random.nextInt(Operator.values().length)];
    long value = values[random.nextInt(values.length)];
    long two = op == Operator.MASKED_EQUAL ? value & values[random.nextInt(values.length)] : 0;
    return new Seccomp.Argument(index, value, two, op);
  }

  private static Seccomp.Rule allow(String name, List<Seccomp.Argument> arguments) {
    return new Seccomp.Rule(List.of(name), Action.of(Action.Kind.ALLOW), arguments);
  }

  /// Values around every constant of the profile, with and without upper words.
  private static long[] samples(Seccomp profile) {
    TreeSet<Long> samples = new TreeSet<>(List.of(0L, 1L, 2L, -1L, 1L << 32, 0x5412L, 0x541cL));
    for (Seccomp.Rule rule : profile.rules()) {
      for (Seccomp.Argument argument : rule.arguments()) {
        for (long value : new long[] {argument.value(), argument.valueTwo()}) {
          samples.addAll(List.of(value - 1, value, value + 1, value ^ 1L << 32));
        }
      }
    }
    return samples.stream().mapToLong(Long::longValue).toArray();
  }

  private static int differences(Seccomp profile, long[] samples) throws IOException {
    FilterMachine ours = new FilterMachine(SeccompCompiler.compile(profile, Architecture.X86_64));
    FilterMachine theirs = new FilterMachine(libSeccomp.compile(profile));
    int refusal = profile.defaultAction().returnValue();
    int differences = 0;
    int compared = 0;
    Random random = new Random(7);
    for (int audit : new int[] {0xC000003E, 0x40000003, 0xC00000B7, 0x40000028, 0x80000015}) {
      for (int number : numbers()) {
        boolean newer = newer(profile, audit, number);
        for (int i = 0; i < samples.length; i++) {
          long[] arguments = new long[6];
          for (int j = 0; j < 6; j++) {
            arguments[j] = samples[j == i % 3 ? i : random.nextInt(samples.length)];
          }
          int our = ours.decide(audit, number, arguments);
          int their = theirs.decide(audit, number, arguments);
          compared++;
          // The documented difference: calls newer than the profile are unknown, not forbidden.
          if (our != their && !(our == ENOSYS && their == refusal && newer)) {
            differences++;
            System.err.printf(
                "arch %x number %x args %x %x %x: %x, libseccomp %x%n",
                audit, number, arguments[0], arguments[1], arguments[2], our, their);
            if (differences > 5) {
              return differences;
            }
          }
        }
      }
    }
    assertTrue(compared > 10_000, "compared only " + compared);
    return differences;
  }

  private static int[] numbers() {
    List<Integer> numbers = new ArrayList<>();
    for (int number = 0; number <= NEWEST_SAMPLE; number++) {
      numbers.add(number);
      numbers.add(number | X32);
    }
    for (int number = 0xf0000; number < 0xf0010; number++) {
      numbers.add(number);
    }
    numbers.addAll(List.of(-1, -2, X32 - 1, Integer.MAX_VALUE, Integer.MIN_VALUE));
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  /// Whether no call that the profile names on this architecture has this number or a higher one.
  private static boolean newer(Seccomp profile, int audit, int number) {
    boolean x32 = audit == 0xC000003E && number >= X32;
    for (Seccomp.Rule rule : profile.rules()) {
      for (String name : rule.names()) {
        int[] numbers = TABLE.numbers(name);
        for (Architecture architecture : Architecture.values()) {
          int known = numbers == null ? -1 : numbers[architecture.ordinal()];
          if (architecture.auditValue() == audit
              && x32 == (architecture == Architecture.X32)
              && known >= 0
              && known < Architecture.ARM_PRIVATE
              && Integer.compareUnsigned(number, architecture.callNumber(known)) <= 0) {
            return false;
          }
        }
      }
    }
    return true;
  }
}

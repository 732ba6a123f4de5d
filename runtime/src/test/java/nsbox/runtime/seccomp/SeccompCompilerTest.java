package nsbox.runtime.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeccompCompilerTest {
  private static final int X86_64 = 0xC000003E;
  private static final int I386 = 0x40000003;
  private static final int AARCH64 = 0xC00000B7;
  private static final int X32 = 0x40000000;
  private static final int ALLOW = 0x7fff0000;
  private static final int KILL_THREAD = 0;
  private static final int EPERM = 0x50001;
  private static final int ENOSYS = 0x50026;
  private static final int READ = 0;
  private static final int WRITE = 1;
  private static final int SOCKET = 41;
  private static final int FCHMODAT2 = 452;

  @Test
  void allowsWhatTheProfileNamesAndRefusesTheRest() throws Exception {
    FilterMachine filter = filter(List.of(), allow("read"), allow("fchmodat2"));
    assertEquals(ALLOW, filter.decide(X86_64, READ));
    assertEquals(EPERM, filter.decide(X86_64, WRITE));
    assertEquals(ALLOW, filter.decide(X86_64, FCHMODAT2));
  }

  @Test
  void answersCallsNewerThanTheProfileAsUnknown() throws Exception {
    FilterMachine filter = filter(List.of(), allow("read"), allow("fchmodat2"));
    assertEquals(EPERM, filter.decide(X86_64, FCHMODAT2 - 1));
    assertEquals(ENOSYS, filter.decide(X86_64, FCHMODAT2 + 1));
  }

  @Test
  void doesNotAnswerNewerCallsAsUnknownWhereTheDefaultLetsThemThrough() throws Exception {
    Action log = Action.of(Action.Kind.LOG);
    Seccomp profile = new Seccomp(log, List.of(), List.of(), List.of(deny("read")));
    FilterMachine filter = machine(profile);
    assertEquals(EPERM, filter.decide(X86_64, READ));
    assertEquals(0x7ffc0000, filter.decide(X86_64, FCHMODAT2));
  }

  @Test
  void killsCallsOfArchitecturesThatAreNotNamed() throws Exception {
    FilterMachine filter = filter(List.of(), allow("read"));
    assertEquals(KILL_THREAD, filter.decide(I386, 3));
    assertEquals(KILL_THREAD, filter.decide(AARCH64, 63));
    assertEquals(KILL_THREAD, filter.decide(X86_64, X32 | READ));
    assertEquals(KILL_THREAD, filter.decide(X86_64, X32 | WRITE));
  }

  @Test
  void filtersTheSubArchitecturesByTheirOwnNumbers() throws Exception {
    List<Architecture> all = List.of(Architecture.X86_64, Architecture.X86, Architecture.X32);
    FilterMachine filter = filter(all, allow("ioctl"), allow("getpid"));
    assertEquals(ALLOW, filter.decide(I386, 54));
    assertEquals(EPERM, filter.decide(I386, 16));
    assertEquals(ALLOW, filter.decide(X86_64, X32 | 514));
    assertEquals(EPERM, filter.decide(X86_64, X32 | 16));
    assertEquals(ENOSYS, filter.decide(X86_64, 514));
  }

  @Test
  void looksAtBothWordsOfAnArgument() throws Exception {
    FilterMachine filter = filter(List.of(), allow("socket", argument(0, 2, Operator.EQUAL)));
    assertEquals(ALLOW, filter.decide(X86_64, SOCKET, 2));
    assertEquals(EPERM, filter.decide(X86_64, SOCKET, 1L << 32 | 2));
  }

  @Test
  void wantsEveryArgumentOfARuleAndAnyRuleOfACall() throws Exception {
    FilterMachine filter =
        filter(
            List.of(),
            allow("socket", argument(0, 2, Operator.EQUAL), argument(1, 1, Operator.EQUAL)),
            allow("socket", argument(0, 10, Operator.GREATER)));
    assertEquals(ALLOW, filter.decide(X86_64, SOCKET, 2, 1));
    assertEquals(EPERM, filter.decide(X86_64, SOCKET, 2, 3));
    assertEquals(ALLOW, filter.decide(X86_64, SOCKET, 11, 3));
  }

  @Test
  void takesTwoComparisonsOfOneArgumentAsEither() throws Exception {
    FilterMachine filter =
        filter(
            List.of(),
            allow("socket", argument(0, 2, Operator.EQUAL), argument(0, 10, Operator.EQUAL)));
    assertEquals(ALLOW, filter.decide(X86_64, SOCKET, 2));
    assertEquals(ALLOW, filter.decide(X86_64, SOCKET, 10));
    assertEquals(EPERM, filter.decide(X86_64, SOCKET, 3));
  }

  @Test
  void skipsCallsThatNobodyKnows() throws Exception {
    FilterMachine filter = filter(List.of(), allow("call_of_the_future"), allow("read"));
    assertEquals(ALLOW, filter.decide(X86_64, READ));
  }

  @Test
  void bridgesDistancesBeyondOneByte() throws Exception {
    List<Seccomp.Rule> rules = new ArrayList<>();
    rules.add(allow("read", argument(0, 7, Operator.EQUAL)));
    for (int i = 0; i < 200; i++) {
      rules.add(allow("socket", argument(0, 2L * i, Operator.EQUAL)));
    }
    FilterMachine filter = filter(List.of(), rules.toArray(Seccomp.Rule[]::new));
    assertEquals(ALLOW, filter.decide(X86_64, READ, 7));
    for (int i = 0; i < 400; i++) {
      assertEquals(i % 2 == 0 ? ALLOW : EPERM, filter.decide(X86_64, SOCKET, i), "family " + i);
    }
  }

  @Test
  void refusesAProfileThatNeedsMoreThanTheKernelTakes() {
    List<Seccomp.Rule> rules = new ArrayList<>();
    for (int i = 0; i < 1100; i++) {
      rules.add(allow("socket", argument(0, i, Operator.EQUAL)));
    }
    FilterTooLongException failure =
        assertThrows(
            FilterTooLongException.class,
            () -> filter(List.of(), rules.toArray(Seccomp.Rule[]::new)));
    assertTrue(failure.instructions() > FilterTooLongException.LIMIT);
  }

  @Test
  void isReadableAsText() throws Exception {
    Seccomp profile =
        new Seccomp(
            Action.of(Action.Kind.ALLOW),
            List.of(),
            List.of(),
            List.of(deny("socket", argument(0, 38, Operator.EQUAL))));
    assertEquals(
        """
        0: load architecture
        1: if = 0xc000003e go to 2 else 13
        2: load number
        3: if >= 0x2a go to 5 else 4
        4: if >= 0x29 go to 7 else 12
        """,
        FilterText.disassemble(SeccompCompiler.compile(profile, Architecture.X86_64))
            .lines()
            .limit(5)
            .reduce("", (text, line) -> text + line + "\n"));
  }

  private static FilterMachine filter(List<Architecture> architectures, Seccomp.Rule... rules)
      throws FilterTooLongException {
    Action refuse = Action.of(Action.Kind.ERRNO);
    return machine(new Seccomp(refuse, architectures, List.of(), List.of(rules)));
  }

  private static FilterMachine machine(Seccomp profile) throws FilterTooLongException {
    return new FilterMachine(SeccompCompiler.compile(profile, Architecture.X86_64));
  }

  private static Seccomp.Rule allow(String name, Seccomp.Argument... arguments) {
    return new Seccomp.Rule(List.of(name), Action.of(Action.Kind.ALLOW), List.of(arguments));
  }

  private static Seccomp.Rule deny(String name, Seccomp.Argument... arguments) {
    return new Seccomp.Rule(List.of(name), Action.of(Action.Kind.ERRNO), List.of(arguments));
  }

  private static Seccomp.Argument argument(int index, long value, Operator op) {
    return new Seccomp.Argument(index, value, 0, op);
  }
}

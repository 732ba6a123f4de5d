package nsbox.runtime.program;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class InstructionTest {
  @Test
  void takesArgumentsOfEveryKind() {
    assertDoesNotThrow(() ->
        new Instruction(
            Opcode.OVERLAY, 0, "overlay", List.of("/m", 4L, List.of("index=off"), List.of("/l"))));
    assertDoesNotThrow(() ->
        new Instruction(Opcode.WRITE_FILE, 0, "write", List.of("/f", new byte[] {0}, 0L, 0L)));
  }

  @Test
  void refusesAnotherNumberOfArguments() {
    IllegalArgumentException e = refused(Opcode.MKDIR, "/a");
    assertEquals("MKDIR takes si, got [/a]", e.getMessage());
    refused(Opcode.MKDIR, "/a", 1L, 2L);
    refused(Opcode.PIVOT_ROOT, "/a");
  }

  @Test
  void refusesAnArgumentOfAnotherKind() {
    IllegalArgumentException e = refused(Opcode.MKDIR, "/a", "0755");
    assertEquals("MKDIR, argument 1: 0755", e.getMessage());
    refused(Opcode.MKDIR, 1L, 1L);
    refused(Opcode.MKDIR, "/a", 0755); // an int: Instructions widens it, nobody else
    refused(Opcode.NETLINK, "text");
    refused(Opcode.SECCOMP, 0L, List.of());
    refused(Opcode.EXECUTE, "sh", List.of(), "");
  }

  /* The other side refuses the whole program for it, and could not say which instruction. */
  @Test
  void refusesAStringWithANul() {
    refused(Opcode.RMDIR, "/a\0b");
  }

  @Test
  void refusesAListWithAnElementThatIsNoString() {
    refused(Opcode.EXECUTE, List.of("sh", 1L), List.of(), "");
    refused(Opcode.EXECUTE, List.of("sh"), List.of("A=\0"), "");
  }

  @Test
  void widensNumbers() {
    Instructions steps = new Instructions();
    steps.add("m", Opcode.MKDIR, "/a", 0755);
    assertEquals(0755L, steps.list().getFirst().arguments().get(1));
  }

  @Test
  void keepsWhatMayFail() {
    Instructions steps = new Instructions();
    steps.add("m", Opcode.RMDIR, "/a");
    steps.addIgnoring(Instruction.MISSING, "m", Opcode.RMDIR, "/a");
    assertEquals(0, steps.list().getFirst().ignore());
    assertEquals(Instruction.MISSING, steps.list().getLast().ignore());
    assertTrue(Instruction.EXISTS != Instruction.MISSING);
  }

  private static IllegalArgumentException refused(Opcode opcode, Object... arguments) {
    return assertThrows(
        IllegalArgumentException.class,
        () -> new Instruction(opcode, 0, "a step", List.of(arguments)));
  }
}

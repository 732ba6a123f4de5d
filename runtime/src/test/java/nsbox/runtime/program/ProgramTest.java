package nsbox.runtime.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramTest {
  private static final int MAGIC = 0x5842534e;

  @Test
  void encodesEveryOpcodeSoThatItCanBeReadBack() {
    Instructions all = new Instructions();
    for (Opcode opcode : Opcode.values()) {
      List<Object> arguments = new ArrayList<>();
      for (char kind : opcode.arguments().toCharArray()) {
        arguments.add(sample(kind, arguments.size()));
      }
      all.addIgnoring(Instruction.ALL, "läbel of " + opcode, opcode, arguments.toArray());
    }
    assertReadsBack(new Program(all.list(), List.of(), all.list(), all.list()));
  }

  @Test
  void encodesNumbersOfAllBits() {
    Instructions steps = new Instructions();
    steps.add("n", Opcode.CAPABILITIES, -1L, Long.MIN_VALUE, 0x0123456789abcdefL);
    assertReadsBack(Program.of(steps));
  }

  @Test
  void encodesByteForByteAsTheProtocolSays() {
    Instructions steps = new Instructions();
    steps.addIgnoring(Instruction.EXISTS, "ab", Opcode.MKDIR, "/x", 0755);
    byte[] expected = {
      0x4e,
      0x53,
      0x42,
      0x58,
      2,
      0,
      0,
      0, // "NSBX", version
      1,
      0,
      0,
      0, // monitor: one instruction
      1,
      0,
      1,
      0, // mkdir, EEXIST is no failure
      2,
      0,
      0,
      0,
      'a',
      'b', // label
      2,
      0,
      0,
      0,
      '/',
      'x', // path
      (byte) 0xed,
      1,
      0,
      0,
      0,
      0,
      0,
      0, // mode
      0,
      0,
      0,
      0, // init: none
      0,
      0,
      0,
      0, // teardown: none
      0,
      0,
      0,
      0 // watch: none
    };
    assertArrayEquals(expected, Program.of(steps).encode());
  }

  @Test
  void encodesEmptyValues() {
    Instructions steps = new Instructions();
    steps.add("", Opcode.EXECUTE, List.of(), List.of(), "", 0);
    steps.add("", Opcode.NETLINK, (Object) new byte[0]);
    assertReadsBack(new Program(List.of(), steps.list(), List.of()));
  }

  @Test
  void leavesTheTeardownAlone() {
    Instructions steps = new Instructions();
    steps.add("remove", Opcode.RMDIR, "/x");
    Program program = new Program(steps.list(), steps.list(), steps.list());
    assertEquals(
        new Program(List.of(), List.of(), steps.list()).text(), program.teardownOnly().text());
  }

  @Test
  void numbersItsSectionsAsTheWireDoes() {
    Instructions a = new Instructions();
    a.add("a", Opcode.PIVOT_ROOT);
    Program program = new Program(List.of(), a.list(), List.of(), a.list());
    assertEquals(a.list(), program.section(1));
    assertEquals(a.list(), program.section(3));
    assertEquals(List.of(), program.section(0));
    assertEquals(List.of(), program.section(2));
    assertThrows(IllegalArgumentException.class, () -> program.section(4));
  }

  @Test
  void printsOneLineAnInstruction() {
    Instructions steps = new Instructions();
    steps.add("make /x", Opcode.MKDIR, "/x", 0);
    for (int i = 0; i < 9; i++) {
      steps.add("adjust", Opcode.OOM_SCORE_ADJUST, "0");
    }
    String text = new Program(steps.list(), List.of(), List.of()).text();
    assertEquals("monitor:\n    1  mkdir              make /x\n", text.substring(0, 43));
    assertEquals(
        "   10  oom_score_adjust   adjust\ninit:\nteardown:\n",
        text.substring(text.indexOf("   10")));
  }

  /* Arguments are the image's, and a script often stands in one. */
  @Test
  void printsALabelOfSeveralLinesAsOne() {
    Instructions steps = new Instructions();
    steps.add("run sh -c echo a\n    2  pivot_root", Opcode.PIVOT_ROOT);
    String text = Program.of(steps).text();
    assertEquals(4, text.lines().count(), text);
    assertFalse(text.contains("\n    2  "), text);
  }

  private static Object sample(char kind, int index) {
    return switch (kind) {
      case 'i' -> 0x1122334455667700L + index;
      case 's' -> "tëxt" + index;
      case 'b' -> new byte[] {0, 1, (byte) 0xff, (byte) index};
      case 'v' -> List.of("one", "", "dreì" + index);
      default -> throw new IllegalArgumentException(Character.toString(kind));
    };
  }

  private static void assertReadsBack(Program program) {
    ByteBuffer bytes = ByteBuffer.wrap(program.encode()).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(MAGIC, bytes.getInt());
    assertEquals(2, bytes.getInt());
    for (int section = 0; section < 4; section++) {
      List<Instruction> expected = program.section(section);
      assertEquals(expected.size(), bytes.getInt());
      for (Instruction instruction : expected) {
        assertEquals(instruction.opcode().code(), bytes.getShort());
        assertEquals(instruction.ignore(), bytes.getShort());
        assertEquals(instruction.label(), string(bytes));
        for (int i = 0; i < instruction.arguments().size(); i++) {
          assertArgument(
              instruction.opcode().arguments().charAt(i), instruction.arguments().get(i), bytes);
        }
      }
    }
    assertFalse(bytes.hasRemaining());
  }

  private static void assertArgument(char kind, Object expected, ByteBuffer bytes) {
    switch (kind) {
      case 'i' -> assertEquals(expected, bytes.getLong());
      case 's' -> assertEquals(expected, string(bytes));
      case 'b' -> assertArrayEquals((byte[]) expected, blob(bytes));
      default -> {
        List<String> list = new ArrayList<>();
        for (int left = bytes.getInt(); left > 0; left--) {
          list.add(string(bytes));
        }
        assertEquals(expected, list);
      }
    }
  }

  private static String string(ByteBuffer bytes) {
    return new String(blob(bytes), StandardCharsets.UTF_8);
  }

  private static byte[] blob(ByteBuffer bytes) {
    byte[] blob = new byte[bytes.getInt()];
    bytes.get(blob);
    return blob;
  }
}

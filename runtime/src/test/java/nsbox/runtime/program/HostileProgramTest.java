package nsbox.runtime.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The decoder of the C side against bytes that no planner wrote, under gcc's sanitizers.
///
/// Teardown programs lie on disk, so what is read there need not be what was written.
class HostileProgramTest {
  private static final Path DRIVER = Path.of("target/c/decode");
  private static final long SEED = 20260101;

  @BeforeAll
  static void buildDriver() throws Exception {
    assumeTrue(
        Arrays.stream(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "gcc"))),
        "gcc is not installed, and only it has the sanitizers");
    Files.createDirectories(DRIVER.getParent());
    Process gcc =
        new ProcessBuilder(
                "gcc",
                "-std=c17",
                "-D_GNU_SOURCE",
                "-g",
                "-O1",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-fsanitize=address,undefined",
                "-fno-sanitize-recover=all",
                "-Wl,--wrap=calloc",
                "-Isrc/main/c",
                "src/main/c/wire.c",
                "src/main/c/program.c",
                "src/test/c/decode.c",
                "-o",
                DRIVER.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, gcc.waitFor(), said);
  }

  @Test
  void takesWhatThePlannerWrote() throws Exception {
    assertEquals("++", decode(List.of(everything(), Program.of(new Instructions()).encode())));
  }

  /* They lie beside containers that were made before there was a section watch. */
  @Test
  void takesProgramsOfThreeSections() throws Exception {
    byte[] program = Program.of(new Instructions()).encode();
    byte[] older = Arrays.copyOf(program, program.length - 4);
    older[4] = 1;
    byte[] longer = program.clone();
    longer[4] = 1;
    assertEquals("+-", decode(List.of(older, longer)));
  }

  @Test
  void refusesEveryBeginning() throws Exception {
    byte[] whole = everything();
    List<byte[]> programs = new ArrayList<>();
    for (int length = 0; length < whole.length; length++) {
      programs.add(Arrays.copyOf(whole, length));
    }
    assertEquals("-".repeat(whole.length), decode(programs));
  }

  @Test
  void refusesMoreThanAProgram() throws Exception {
    byte[] whole = everything();
    List<byte[]> programs = new ArrayList<>();
    for (int more = 1; more <= 64; more++) {
      programs.add(Arrays.copyOf(whole, whole.length + more));
    }
    programs.add(concatenated(whole, whole));
    assertEquals("-".repeat(programs.size()), decode(programs));
  }

  @Test
  void refusesAnotherMagicAndAnotherVersion() throws Exception {
    List<byte[]> programs = new ArrayList<>();
    for (int bit = 0; bit < 64; bit++) {
      byte[] program = everything();
      program[bit / 8] ^= (byte) (1 << bit % 8);
      programs.add(program);
    }
    assertEquals("-".repeat(64), decode(programs));
  }

  @Test
  void refusesCodesThatNoInstructionHas() throws Exception {
    List<Integer> known = new ArrayList<>();
    for (Opcode opcode : Opcode.values()) {
      known.add(opcode.code());
    }
    List<byte[]> programs = new ArrayList<>();
    for (int code = 0; code < 65536; code += code < 512 ? 1 : 97) {
      if (!known.contains(code)) {
        programs.add(
            ints(ByteBuffer.allocate(28), 0x5842534e, 1, 1)
                .putShort((short) code)
                .putShort((short) 0)
                .array());
      }
    }
    assertEquals("-".repeat(programs.size()), decode(programs));
  }

  /* Each length in turn, also those whose sum with a pointer or another length wraps around. */
  @Test
  void survivesEveryLengthThatIsWrong() throws Exception {
    byte[] whole = everything();
    int[] lengths = {
      -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 16 << 20, 65536, 65537, whole.length
    };
    List<byte[]> programs = new ArrayList<>();
    for (int at = 8; at + 4 <= whole.length; at++) {
      int there = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
      for (int length : lengths) {
        byte[] program = whole.clone();
        ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN).putInt(at, length);
        if (there < 64) { // not within text, where any value is as good as another
          programs.add(program);
        }
      }
    }
    String answers = decode(programs);
    assertEquals(programs.size(), answers.length());
    assertTrue(answers.contains("-"));
  }

  @Test
  void refusesASectionOrAListLongerThanTheLimit() throws Exception {
    byte[] section = ints(ByteBuffer.allocate(4 << 20), 0x5842534e, 1, 65537).array();
    byte[] list =
        ints(
                ints(ByteBuffer.allocate(4 << 20), 0x5842534e, 1, 1)
                    .putShort((short) Opcode.EXECUTE.code())
                    .putShort((short) 0),
                0,
                65537)
            .array();
    assertEquals("--", decode(List.of(section, list)));
  }

  @Test
  void refusesANulWithinAString() throws Exception {
    Instructions steps = new Instructions();
    steps.add("", Opcode.EXECUTE, List.of("abcQ"), List.of(), "efgQ", 0);
    byte[] program = Program.of(steps).encode();
    List<byte[]> programs = new ArrayList<>();
    for (int at = 0; at < program.length; at++) {
      if (program[at] == 'Q') {
        byte[] bad = program.clone();
        bad[at] = 0;
        programs.add(bad);
      }
    }
    assertEquals("--", decode(programs));
  }

  /// Random damage of every kind, the same on every run.
  @Test
  void survivesDamage() throws Exception {
    Random random = new Random(SEED);
    byte[] whole = everything();
    List<byte[]> programs = new ArrayList<>();
    for (int i = 0; i < 6000; i++) {
      programs.add(damaged(whole, random));
    }
    String answers = decode(programs);
    assertEquals(programs.size(), answers.length());
    /* Damage to a number or a letter leaves a program; most else does not. */
    assertTrue(answers.contains("+") && answers.contains("-"));
  }

  private static byte[] damaged(byte[] whole, Random random) {
    byte[] program = whole.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      int at = random.nextInt(program.length);
      switch (random.nextInt(5)) {
        case 0 -> program[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> program[at] = (byte) random.nextInt(256);
        case 2 -> program = Arrays.copyOf(program, Math.max(1, at));
        case 3 -> {
          byte[] noise = new byte[1 + random.nextInt(16)];
          random.nextBytes(noise);
          program =
              concatenated(
                  Arrays.copyOf(program, at),
                  noise,
                  Arrays.copyOfRange(program, at, program.length));
        }
        default -> {
          int end = Math.min(program.length, at + 1 + random.nextInt(16));
          program =
              concatenated(
                  Arrays.copyOf(program, at), Arrays.copyOfRange(program, end, program.length));
          program = program.length == 0 ? new byte[1] : program;
        }
      }
    }
    return program;
  }

  /// A program with every instruction that there is.
  private static byte[] everything() {
    Instructions all = new Instructions();
    for (Opcode opcode : Opcode.values()) {
      List<Object> arguments = new ArrayList<>();
      for (char kind : opcode.arguments().toCharArray()) {
        arguments.add(
            switch (kind) {
              case 'i' -> -1L;
              case 's' -> "text";
              case 'b' -> new byte[] {1, 0, 2};
              default -> List.of("one", "", "three");
            });
      }
      all.addIgnoring(Instruction.ALL, "label", opcode, arguments.toArray());
    }
    return new Program(all.list(), List.of(), all.list(), all.list()).encode();
  }

  /// @return one character a program: `+` taken, `-` refused
  private static String decode(List<byte[]> programs) throws Exception {
    ByteArrayOutputStream input = new ByteArrayOutputStream();
    for (byte[] program : programs) {
      input.write(ints(ByteBuffer.allocate(4), program.length).array());
      input.write(program);
    }
    Path file = Files.createTempFile("programs", null);
    Path errors = Files.createTempFile("errors", null);
    try {
      Files.write(file, input.toByteArray());
      Process driver =
          new ProcessBuilder(DRIVER.toString())
              .redirectInput(file.toFile())
              .redirectError(errors.toFile())
              .start();
      String answers =
          new String(driver.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertTrue(driver.waitFor(60, TimeUnit.SECONDS));
      assertEquals(
          0,
          driver.exitValue(),
          () -> "after " + answers.length() + " of " + programs.size() + ": " + text(errors));
      return answers;
    } finally {
      Files.delete(file);
      Files.delete(errors);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static ByteBuffer ints(ByteBuffer buffer, int... values) {
    buffer.order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      buffer.putInt(value);
    }
    return buffer;
  }

  private static byte[] concatenated(byte[]... parts) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      whole.writeBytes(part);
    }
    return whole.toByteArray();
  }
}

package nsbox.runtime.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class OpcodeTest {
  private static final Pattern ENTRY =
      Pattern.compile("^OP\\((\\d+), (\\w+), (\\w+), \"(\\w*)\"\\)", Pattern.MULTILINE);

  private record Entry(int code, String name, String function, String arguments) {}

  @Test
  void isTheTableThatTheOtherSideRuns() throws IOException {
    List<String> ours = new ArrayList<>();
    for (Opcode opcode : Opcode.values()) {
      ours.add(opcode.code() + " " + opcode.text() + " " + opcode.arguments());
    }
    List<String> theirs = new ArrayList<>();
    for (Entry entry : table()) {
      theirs.add(entry.code() + " " + entry.name() + " " + entry.arguments());
    }
    ours.sort(null);
    theirs.sort(null);
    assertEquals(String.join("\n", theirs), String.join("\n", ours));
  }

  @Test
  void givesNoCodeTwice() throws IOException {
    Set<Integer> codes = new HashSet<>();
    for (Entry entry : table()) {
      assertTrue(codes.add(entry.code()), entry.name() + " has the code of another");
      assertEquals("op_" + entry.name(), entry.function());
    }
  }

  /* MAX_ARGUMENTS of program.h, which the decoder writes up to without asking. */
  @Test
  void takesNoMoreArgumentsThanTheOtherSideHasRoomFor() throws IOException {
    Matcher limit =
        Pattern.compile("#define MAX_ARGUMENTS (\\d+)")
            .matcher(Files.readString(Path.of("src/main/c/program.h")));
    assertTrue(limit.find());
    for (Opcode opcode : Opcode.values()) {
      assertTrue(opcode.arguments().length() <= Integer.parseInt(limit.group(1)), opcode.text());
      assertTrue(opcode.arguments().matches("[isbv]*"), opcode.text());
    }
  }

  private static List<Entry> table() throws IOException {
    String text = Files.readString(Path.of("src/main/c/opcodes.def"));
    List<Entry> entries = new ArrayList<>();
    Matcher matcher = ENTRY.matcher(text);
    while (matcher.find()) {
      entries.add(
          new Entry(
              Integer.parseInt(matcher.group(1)),
              matcher.group(2),
              matcher.group(3),
              matcher.group(4)));
    }
    long lines = text.lines().filter(line -> line.startsWith("OP(")).count();
    assertEquals(lines, entries.size(), "entries that this test cannot read");
    assertTrue(lines > 0);
    return entries;
  }
}

package nsbox.cli.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {
  @TempDir Path temp;
  private Path log;

  @BeforeEach
  void name() {
    log = temp.resolve("log");
  }

  /* A part of a line has a + for its end. */
  private void write(String... texts) throws IOException {
    write(log, texts);
  }

  private void write(Path file, String... texts) throws IOException {
    StringBuilder records = new StringBuilder();
    for (String text : texts) {
      boolean part = text.endsWith("+");
      records
          .append("2026-01-02T15:04:05.000000000Z stdout ")
          .append(part ? "P " : "F ")
          .append(part ? text.substring(0, text.length() - 1) : text)
          .append('\n');
    }
    Files.writeString(file, records, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private void rotate() throws IOException {
    for (int number = 9; number > 0; number--) {
      if (Files.exists(LogFile.path(log, number - 1))) {
        Files.move(LogFile.path(log, number - 1), LogFile.path(log, number));
      }
    }
  }

  private static String all(LogReader reader) throws IOException {
    StringBuilder text = new StringBuilder();
    for (LogRecord record = reader.next(); record != null; record = reader.next()) {
      text.append(new String(record.bytes(), UTF_8)).append(record.ended() ? "|" : "");
    }
    return text.toString();
  }

  private String last(long lines) throws IOException {
    try (LogReader reader = new LogReader(log, lines, false)) {
      return all(reader);
    }
  }

  @Test
  void readsFilesFromTheOldestOn() throws IOException {
    write("a", "b");
    rotate();
    write("c");
    rotate();
    write("d");
    assertEquals("a|b|c|d|", last(-1));
  }

  @Test
  void findsTheLastLines() throws IOException {
    write("a", "b");
    rotate();
    write("c", "d+", "e", "f");
    String[] expected = {"", "f|", "de|f|", "c|de|f|", "b|c|de|f|", "a|b|c|de|f|", "a|b|c|de|f|"};
    for (int lines = 0; lines < expected.length; lines++) {
      assertEquals(expected[lines], last(lines), lines + " lines");
    }
  }

  @Test
  void countsALastLineWithoutAnEnd() throws IOException {
    write("a", "b", "c+", "d+");
    assertEquals("cd", last(1));
    assertEquals("b|cd", last(2));
  }

  @Test
  void findsTheLastLinesOfALargeLog() throws IOException {
    String[] texts = new String[20000];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = "line " + i;
    }
    write(texts);
    assertEquals("line 19998|line 19999|", last(2));
    assertEquals(15000, last(15000).split("\\|").length);
  }

  @Test
  void readsWhatWasThereAtFirstIfItDoesNotFollow() throws IOException {
    write("a");
    try (LogReader reader = new LogReader(log, -1, false)) {
      write("b");
      rotate();
      write("c");
      assertEquals("a|", all(reader));
    }
  }

  @Test
  void followsIntoTheNextFile() throws IOException {
    write("a");
    try (LogReader reader = new LogReader(log, -1, true)) {
      assertEquals("a|", all(reader));
      write("b");
      assertEquals("b|", all(reader));
      write("c");
      rotate();
      write("d");
      rotate();
      write("e");
      assertEquals("c|d|e|", all(reader));
      assertEquals("", all(reader));
    }
  }

  @Test
  void followsALogThatIsBegunLater() throws IOException {
    try (LogReader reader = new LogReader(log, -1, true)) {
      assertEquals("", all(reader));
      write("a");
      assertEquals("a|", all(reader));
    }
  }

  @Test
  void waitsForTheRestOfARecord() throws IOException {
    write("a");
    try (LogReader reader = new LogReader(log, -1, true)) {
      Files.writeString(
          log, "2026-01-02T15:04:05.000000000Z stdout F b", StandardOpenOption.APPEND);
      assertEquals("a|", all(reader));
      Files.writeString(log, "c\n", StandardOpenOption.APPEND);
      assertEquals("bc|", all(reader));
    }
  }

  @Test
  void goesOnWithTheOldestWhereItsFileIsGone() throws IOException {
    write("a");
    try (LogReader reader = new LogReader(log, -1, true)) {
      assertEquals("a|", all(reader));
      Files.delete(log);
      write("b");
      rotate();
      write("c");
      assertEquals("b|c|", all(reader));
    }
  }

  @Test
  void waitsWhileAFileIsBegun() throws IOException {
    write("a");
    try (LogReader reader = new LogReader(log, -1, true)) {
      rotate();
      assertEquals("a|", all(reader));
      assertEquals("", all(reader));
      write("b");
      assertEquals("b|", all(reader));
    }
  }

  /* As it is while the older ones have their new numbers already. */
  @Test
  void readsAllWhileFilesGetOtherNumbers() throws IOException {
    for (String text : new String[] {"a", "b", "c"}) {
      write(text);
      rotate();
    }
    write("d");
    Files.move(LogFile.path(log, 3), LogFile.path(log, 4));
    assertEquals("a|b|c|d|", last(-1));
    Files.move(LogFile.path(log, 2), LogFile.path(log, 3));
    assertEquals("a|b|c|d|", last(-1));
    assertEquals("b|c|d|", last(3));
  }
}

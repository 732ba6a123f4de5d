package nsbox.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuntimeLogTest {
  @TempDir Path folder;

  @Test
  void writesOneObjectALine() throws Exception {
    RuntimeLog log = open(RuntimeLog.Format.JSON, RuntimeLog.Level.WARNING);
    log.write(RuntimeLog.Level.ERROR, "cannot \"run\"\n  it");
    log.write(RuntimeLog.Level.WARNING, "no");
    List<String> lines = lines();
    assertEquals(2, lines.size());
    JsonObject first = Json.parse(lines.getFirst().getBytes(), "the log");
    assertEquals(List.of("level", "msg", "time"), new ArrayList<>(first.members().keySet()));
    assertEquals("error", first.string("level"));
    assertEquals("cannot \"run\"\n  it", first.string("msg"));
    Duration age =
        Duration.between(OffsetDateTime.parse(first.string("time")), OffsetDateTime.now());
    assertTrue(age.abs().compareTo(Duration.ofMinutes(1)) < 0, age.toString());
  }

  /// As runc's own log says it; found by running it.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          container does not exist | msg="container does not exist"
          word                     | msg=word
          /a/b-c_d.e@f             | msg=/a/b-c_d.e@f
          a"b\\                     | msg="a\\"b\\\\"
          field: value             | msg="field: value"
          ``                       | msg=""
          ä                        | msg="ä"
          """)
  void writesAsLogrus(String message, String expected) throws Exception {
    open(RuntimeLog.Format.TEXT, RuntimeLog.Level.ERROR).write(RuntimeLog.Level.ERROR, message);
    String line = lines().getFirst();
    assertTrue(
        line.matches(
            "time=\"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\" level=error .*"),
        line);
    assertEquals(expected, line.substring(line.indexOf("msg=")));
  }

  @Test
  void keepsTextOnOneLine() throws Exception {
    open(RuntimeLog.Format.TEXT, RuntimeLog.Level.ERROR)
        .write(RuntimeLog.Level.ERROR, "a\nb\r\t\u001b[31m\u0085");
    assertEquals(1, lines().size());
    assertTrue(
        lines().getFirst().endsWith("msg=\"a\\nb\\r\\t\\x1b[31m\\u0085\""), lines()::toString);
  }

  @Test
  void leavesOutWhatMattersLess() throws Exception {
    RuntimeLog log = open(RuntimeLog.Format.TEXT, RuntimeLog.Level.WARNING);
    log.write(RuntimeLog.Level.INFO, "info");
    log.write(RuntimeLog.Level.DEBUG, "debug");
    assertEquals(List.of(), lines());
    RuntimeLog all = open(RuntimeLog.Format.TEXT, RuntimeLog.Level.DEBUG);
    all.write(RuntimeLog.Level.DEBUG, "debug");
    assertEquals(1, lines().size());
  }

  @Test
  void isAppendedTo() throws Exception {
    Files.writeString(folder.resolve("log"), "before\n");
    open(RuntimeLog.Format.TEXT, RuntimeLog.Level.ERROR).write(RuntimeLog.Level.ERROR, "x");
    assertEquals("before", lines().getFirst());
    assertEquals(2, lines().size());
  }

  @Test
  void isOpenedBeforeItIsNeeded() {
    Failure e =
        assertThrows(Failure.class, () -> RuntimeLog.open(options("no/log"), folder.toString()));
    assertEquals("cannot write the log " + folder.resolve("no/log"), e.getMessage());
    assertEquals(
        "cannot write the log " + folder + ": it is a folder",
        assertThrows(Failure.class, () -> RuntimeLog.open(options(folder.toString()), "/"))
            .getMessage());
  }

  @Test
  void mayBeNone() throws Exception {
    assertFalse(RuntimeLog.open(RuntimeOptions.DEFAULT, "/").isThere());
    RuntimeLog.NONE.write(RuntimeLog.Level.ERROR, "nowhere");
    assertFalse(Files.exists(folder.resolve("log")));
  }

  private static RuntimeOptions options(String log) {
    return options(log, RuntimeLog.Format.TEXT, RuntimeLog.Level.ERROR);
  }

  private static RuntimeOptions options(
      String log, RuntimeLog.Format format, RuntimeLog.Level level) {
    return new RuntimeOptions(
        Optional.of(log),
        format,
        level,
        RuntimeOptions.CgroupManager.CGROUPFS,
        RuntimeOptions.Rootless.AUTO,
        Optional.empty());
  }

  private RuntimeLog open(RuntimeLog.Format format, RuntimeLog.Level level) throws Failure {
    return RuntimeLog.open(options("log", format, level), folder.toString());
  }

  private List<String> lines() throws Exception {
    return Files.readAllLines(folder.resolve("log"));
  }
}

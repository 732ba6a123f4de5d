package nsbox.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogPrinterTest {
  @TempDir Path temp;

  private static final String T1 = "2026-01-02T15:04:05.000000001Z";
  private static final String T2 = "2026-01-02T15:04:05.000000002Z";
  private static final String T3 = "2026-01-02T15:04:05.000000003Z";

  @Test
  void printsLines() throws IOException {
    assertEquals("out:one\ntwo\n", plain(T1 + " stdout F one\n" + T2 + " stdout F two\n"));
  }

  @Test
  void printsEachStreamToItsOwn() throws IOException {
    assertEquals(
        "out:a\nerr:b\nout:c\n",
        plain(T1 + " stdout F a\n" + T1 + " stderr F b\n" + T1 + " stdout F c\n"));
  }

  @Test
  void joinsTheParts() throws IOException {
    assertEquals("out:one line\n", plain(T1 + " stdout P one\n" + T2 + " stdout F  line\n"));
  }

  @Test
  void endsWithoutANewlineWhereTheContainerDid() throws IOException {
    assertEquals("out:$ ", plain(T1 + " stdout P $ \n"));
  }

  @Test
  void printsEmptyLinesAndBlanks() throws IOException {
    assertEquals("out:\n  x  y \n", plain(T1 + " stdout F \n" + T1 + " stdout F   x  y \n"));
  }

  @Test
  void beginsEachLineWithItsTimeWhenAsked() throws IOException {
    assertEquals(
        "out:" + T1 + " one line\n" + T3 + " next\n",
        timed(T1 + " stdout P one\n" + T2 + " stdout F  line\n" + T3 + " stdout F next\n"));
  }

  /* A line of the one stream is not over because one of the other is. */
  @Test
  void beginsNoLineAnewAfterTheOtherStreamHadItsSay() throws IOException {
    assertEquals(
        "out:" + T1 + " one" + "err:" + T2 + " warning\n" + "out: line\n",
        timed(T1 + " stdout P one\n" + T2 + " stderr F warning\n" + T3 + " stdout F  line\n"));
  }

  @Test
  void leavesOutTheEndOfARecordThatWasCutOff() throws IOException {
    for (String rest : new String[] {"2026-01", T1, T1 + " std", T1 + " stdout F", "\n", " "}) {
      assertEquals("out:a\n", plain(T1 + " stdout F a\n" + rest), rest);
    }
  }

  @Test
  void printsARecordWhoseNewlineWasCutOff() throws IOException {
    assertEquals("out:abc\n", plain(T1 + " stdout F abc"));
  }

  @Test
  void printsNothingOfNothing() throws IOException {
    assertEquals("", plain(""));
  }

  @Test
  void printsMoreThanItKeeps() throws IOException {
    String line = "x".repeat(16000);
    String log = (T1 + " stdout F " + line + "\n").repeat(20);
    assertEquals(20 * 16001, plain(log).replace("out:", "").length());
  }

  @Test
  void readsRecordsOfJson() throws IOException {
    String log =
        json("stdout", "a\\u003cb\\n", T1)
            + json("stderr", "e\\n", T1)
            + json("stdout", "par", T2)
            + json("stdout", "t\u00e4\\n", T3)
            + json("stdout", "$ ", T3);
    assertEquals("out:a<b\nerr:e\nout:part\u00e4\n$ ", plain(log));
    assertEquals(
        "out:" + T1 + " a<b\nerr:" + T1 + " e\nout:" + T2 + " part\u00e4\n" + T3 + " $ ",
        timed(log));
  }

  @Test
  void readsAnyFormOfJson() throws IOException {
    assertEquals(
        "out:" + T1 + " a\n",
        timed(
            "{\"time\": \""
                + T1
                + "\", \"stream\": \"stdout\", \"log\": \"a\\n\", \"attrs\": {}}\n"));
    assertEquals("out:\t\"\\/\r\n", plain(json("stdout", "\\u0009\\\"\\\\\\/\\r\\n", T1)));
  }

  @Test
  void leavesOutTheEndOfARecordOfJsonThatWasCutOff() throws IOException {
    String record = json("stdout", "b\\n", T1);
    for (int length = 1; length < record.length() - 1; length++) {
      String cut = record.substring(0, length);
      assertEquals("out:a\n", plain(json("stdout", "a\\n", T1) + cut), cut);
    }
  }

  private static String json(String stream, String text, String time) {
    return "{\"log\":\"%s\",\"stream\":\"%s\",\"time\":\"%s\"}\n".formatted(text, stream, time);
  }

  private String plain(String log) throws IOException {
    return copied(log, false);
  }

  private String timed(String log) throws IOException {
    return copied(log, true);
  }

  private String copied(String log, boolean timestamps) throws IOException {
    Path file = Files.writeString(temp.resolve("log"), log);
    RecordingFront front = new RecordingFront();
    LogPrinter printer =
        new LogPrinter(front, new LogPrinter.Wanted(timestamps, null, null), new byte[0]);
    try (LogReader reader = new LogReader(file, -1, false)) {
      for (LogRecord record = reader.next(); record != null; record = reader.next()) {
        printer.print(record);
      }
    }
    printer.flush();
    return front.text();
  }
}

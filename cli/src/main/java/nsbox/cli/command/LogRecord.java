package nsbox.cli.command;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// One record of a container's log; `log.h` beside the C sources has both formats.
///
/// @param time as it stands there
/// @param error standard error, not standard output
/// @param bytes what was written, without the newline
/// @param ended a newline followed; else the rest of the line is in a later record of the stream
record LogRecord(byte[] time, boolean error, byte[] bytes, boolean ended) {
  private static final byte[] BEGIN = bytes("{\"log\":\"");
  private static final byte[] OUT = bytes("\",\"stream\":\"stdout\",\"time\":\"");
  private static final byte[] ERROR = bytes("\",\"stream\":\"stderr\",\"time\":\"");
  private static final byte[] END = bytes("\"}");

  /// @return null for a line that is no record
  static LogRecord parse(byte[] line) {
    if (line.length == 0 || line[0] != '{') {
      return plain(line);
    }
    LogRecord record = asWritten(line);
    return record == null ? json(line) : record;
  }

  /// When it was written.
  ///
  /// @return null where its time is none
  Instant moment() {
    try {
      return Instant.parse(new String(time, StandardCharsets.US_ASCII));
    } catch (DateTimeException e) {
      return null;
    }
  }

  /* The form that our monitor writes, of which a log has millions; any other is left to a parser. */
  private static LogRecord asWritten(byte[] line) {
    if (!isAt(BEGIN, line, 0)) {
      return null;
    }
    int from = BEGIN.length;
    byte[] text = new byte[line.length];
    int length = 0;
    int i = from;
    while (i < line.length && line[i] != '"') {
      if (line[i] != '\\') {
        text[length++] = line[i++];
        continue;
      }
      int character = i + 1 < line.length ? simpleEscape(line[i + 1]) : -1;
      if (character < 0) {
        return null;
      }
      text[length++] = (byte) character;
      i += 2;
    }
    boolean error = isAt(ERROR, line, i);
    if (!error && !isAt(OUT, line, i)) {
      return null;
    }
    int time = i + OUT.length;
    int end = line.length - END.length;
    if (end < time || !isAt(END, line, end)) {
      return null;
    }
    for (int at = time; at < end; at++) {
      if (line[at] == '"' || line[at] == '\\') {
        return null;
      }
    }
    boolean ended = length > 0 && text[length - 1] == '\n';
    return new LogRecord(
        Arrays.copyOfRange(line, time, end),
        error,
        Arrays.copyOf(text, ended ? length - 1 : length),
        ended);
  }

  /* -1 for those that are rare. */
  private static int simpleEscape(byte character) {
    return switch (character) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case '"', '\\' -> character;
      default -> -1;
    };
  }

  private static boolean isAt(byte[] part, byte[] line, int at) {
    if (line.length - at < part.length) {
      return false;
    }
    for (int i = 0; i < part.length; i++) {
      if (line[at + i] != part[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static LogRecord json(byte[] line) {
    try {
      JsonObject object = Json.parse(line, "log");
      String text = object.string("log");
      boolean ended = text.endsWith("\n");
      return new LogRecord(
          object.string("time").getBytes(StandardCharsets.UTF_8),
          object.string("stream").equals("stderr"),
          text.substring(0, text.length() - (ended ? 1 : 0)).getBytes(StandardCharsets.UTF_8),
          ended);
    } catch (JsonException e) {
      return null;
    }
  }

  private static LogRecord plain(byte[] line) {
    int time = indexOfBlank(line, 0);
    int stream = indexOfBlank(line, time + 1);
    int tag = indexOfBlank(line, stream + 1);
    if (time < 0 || stream < 0 || tag < 0) {
      return null;
    }
    return new LogRecord(
        Arrays.copyOf(line, time),
        line[stream - 1] == 'r',
        Arrays.copyOfRange(line, tag + 1, line.length),
        line[tag - 1] == 'F');
  }

  private static int indexOfBlank(byte[] line, int from) {
    for (int i = from; i >= 0 && i < line.length; i++) {
      if (line[i] == ' ') {
        return i;
      }
    }
    return -1;
  }
}

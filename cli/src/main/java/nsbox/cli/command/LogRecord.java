package nsbox.cli.command;

import java.nio.charset.StandardCharsets;
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

  /// @return null for a line that is no record
  static LogRecord parse(byte[] line) {
    return line.length > 0 && line[0] == '{' ? json(line) : plain(line);
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

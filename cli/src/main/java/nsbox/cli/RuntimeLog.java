package nsbox.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonObject;

/// The file in which the caller of an OCI runtime looks for what went wrong, in the two forms that
/// runc writes; engines take the last line's `msg` for their own message.
///
/// It is only ever appended to, one line at a time by one write, so that processes can share it.
public final class RuntimeLog {
  /// How a line looks.
  public enum Format {
    TEXT,
    JSON
  }

  /// How much a line matters, the most first.
  public enum Level {
    ERROR("error"),
    WARNING("warning"),
    INFO("info"),
    DEBUG("debug");

    private final String word;

    Level(String word) {
      this.word = word;
    }
  }

  /// There is none.
  public static final RuntimeLog NONE =
      new RuntimeLog(Optional.empty(), Format.TEXT, Level.WARNING);

  private final Optional<FileOutputStream> file;
  private final Format format;
  private final Level level;

  private RuntimeLog(Optional<FileOutputStream> file, Format format, Level level) {
    this.file = file;
    this.format = format;
    this.level = level;
  }

  /// Opens what the options name, before anything is done: a log that cannot be written to would
  /// hide the first failure.
  ///
  /// @param directory from which a relative path counts
  public static RuntimeLog open(RuntimeOptions options, String directory) throws Failure {
    if (options.log().isEmpty()) {
      return NONE;
    }
    Path path = Path.of(directory).resolve(options.log().get());
    try {
      return new RuntimeLog(
          Optional.of(new FileOutputStream(path.toFile(), true)),
          options.logFormat(),
          options.logLevel());
    } catch (IOException e) {
      throw new Failure(
          "cannot write the log " + path + (Files.isDirectory(path) ? ": it is a folder" : ""), e);
    }
  }

  public boolean isThere() {
    return file.isPresent();
  }

  /// Writes a line, unless it matters less than what the caller wants to see.
  public void write(Level of, String message) throws IOException {
    if (file.isPresent() && of.ordinal() <= level.ordinal()) {
      file.get().write((line(of, message) + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private String line(Level of, String message) {
    String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    if (format == Format.JSON) {
      return Json.text(
          new JsonObject().put("level", of.word).put("msg", message).put("time", time));
    }
    return "time=\"" + time + "\" level=" + of.word + " msg=" + quoted(message);
  }

  /* As logrus: what is a plain word stands as it is, all else as a string of Go. */
  private static String quoted(String message) {
    boolean plain = !message.isEmpty();
    StringBuilder text = new StringBuilder("\"");
    for (int i = 0; i < message.length(); i++) {
      char c = message.charAt(i);
      boolean alphanumeric = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      plain = plain && (alphanumeric || "-._/@^+".indexOf(c) >= 0);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (Character.isISOControl(c)) {
            text.append(c < 0x80 ? "\\x" : "\\u00").append(hex(c >> 4)).append(hex(c));
          } else {
            text.append(c);
          }
        }
      }
    }
    return plain ? message : text.append('"').toString();
  }

  private static char hex(int value) {
    return Character.forDigit(value & 0xf, 16);
  }
}

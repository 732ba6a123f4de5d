package nsbox.runtime.criu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Where criu says what went wrong: its exit code does not.
///
/// @param file as `--log-file` names it
public record CriuLog(Path file) {
  private static final int LAST_ERRORS = 5;

  /// Takes away what an earlier run has left, which must not pass for this one's.
  public void forget() throws IOException {
    Files.deleteIfExists(file);
  }

  /// The last lines that report an error, in their order; none where there is no log.
  public List<String> errors() throws IOException {
    List<String> errors = new ArrayList<>();
    if (!Files.exists(file)) {
      return errors;
    }
    for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
      if (line.contains("Error")) {
        errors.add(line.strip());
      }
    }
    return errors.subList(Math.max(0, errors.size() - LAST_ERRORS), errors.size());
  }
}

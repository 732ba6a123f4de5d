package nsbox.cli.flags;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Failure;

/// Files of assignments, as docker reads them: a line each, as it stands; blanks before it, empty
/// lines and those that begin with `#` do not count.
final class LineFile {
  private LineFile() {}

  static List<String> read(String option, String path) throws Failure {
    String text;
    try {
      text = Files.readString(Path.of(path));
    } catch (CharacterCodingException e) {
      throw new Failure(option + " " + path + ": not UTF-8", e);
    } catch (IOException e) {
      throw new Failure(option + " " + path + ": cannot be read: " + reason(e), e);
    }
    if (text.startsWith("\ufeff")) {
      text = text.substring(1);
    }
    List<String> lines = new ArrayList<>();
    int number = 0;
    for (String raw : text.split("\n", -1)) {
      number++;
      String line = raw.endsWith("\r") ? raw.substring(0, raw.length() - 1) : raw;
      line = line.stripLeading();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      check(option + " " + path + ", line " + number, line);
      lines.add(line);
    }
    return lines;
  }

  private static void check(String where, String line) throws Failure {
    int equals = line.indexOf('=');
    String name = equals < 0 ? line : line.substring(0, equals);
    if (name.isEmpty()) {
      throw new Failure(where + ": no name before the equals sign");
    }
    if (name.indexOf(' ') >= 0 || name.indexOf('\t') >= 0) {
      throw new Failure(where + ": the name '" + name + "' has blanks in it");
    }
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException ? "no such file" : e.getMessage();
  }
}

package nsbox.cli.system;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What the kernel says of a host, in files below a root: `/`, or a folder that a test has made.
final class HostFiles {
  private final Path root;

  HostFiles(Path root) {
    this.root = root;
  }

  Path path(String absolute) {
    return root.resolve(absolute.substring(1));
  }

  boolean has(String absolute) {
    return Files.exists(path(absolute));
  }

  /// The text without blanks around it; empty where the file is not there or cannot be read.
  String text(String absolute) {
    /* Numbers of sysctl come by one read; Files would read one byte first, and get no more. */
    try (FileInputStream in = new FileInputStream(path(absolute).toFile())) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /// A file that holds one number; empty where it does not.
  Optional<Long> number(String absolute) {
    try {
      return Optional.of(Long.parseLong(text(absolute)));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /// The value of a line `NAME: VALUE` or `NAME=VALUE`, without blanks and quotes around it; empty
  /// where there is none.
  String value(String absolute, String name) {
    for (String line : text(absolute).split("\n")) {
      if (line.startsWith(name)) {
        String rest = line.substring(name.length()).strip();
        if (rest.startsWith(":") || rest.startsWith("=")) {
          String value = rest.substring(1).strip();
          boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
          return quoted ? value.substring(1, value.length() - 1) : value;
        }
      }
    }
    return "";
  }
}

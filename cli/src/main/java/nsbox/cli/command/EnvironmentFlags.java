package nsbox.cli.command;

import static nsbox.cli.Model.values;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import picocli.CommandLine.ParseResult;

/// The options `--env-file` and `--env` of `exec`, in docker's order: what `--env` says wins.
final class EnvironmentFlags {
  private EnvironmentFlags() {}

  /// @return assignments, complete
  static List<String> read(ParseResult parsed, Session session) throws IOException, Failure {
    Map<String, String> own = session.invocation().environment();
    List<String> assignments = new ArrayList<>();
    for (String file : values(parsed, "--env-file")) {
      for (String line : Files.readAllLines(session.path(file))) {
        String text = line.stripLeading();
        if (!text.isEmpty() && text.charAt(0) != '#') {
          checkName(file, text);
          add(assignments, text, own, "--env-file " + file);
        }
      }
    }
    for (String flag : values(parsed, "--env")) {
      add(assignments, flag, own, "--env");
    }
    return assignments;
  }

  /* A name alone means the caller's own value; one that the caller has not is not set. */
  private static void add(
      List<String> assignments, String text, Map<String, String> own, String source)
      throws Failure {
    int equals = text.indexOf('=');
    if (text.isEmpty() || equals == 0) {
      throw new Failure(source + " " + text + ": no name before the equals sign");
    }
    if (equals > 0) {
      assignments.add(text);
    } else if (own.containsKey(text)) {
      assignments.add(text + "=" + own.get(text));
    }
  }

  private static void checkName(String file, String text) throws Failure {
    int equals = text.indexOf('=');
    String name = equals < 0 ? text : text.substring(0, equals);
    if (name.indexOf(' ') >= 0 || name.indexOf('\t') >= 0) {
      throw new Failure("--env-file " + file + ": variable '" + name + "' contains whitespaces");
    }
  }
}

package nsbox.cli.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The names of all commands, as the overviews list them: what is not told to people is completed
/// by no shell and has no page.
final class CommandNames {
  private static final Pattern LINE =
      Pattern.compile("^ {2}([a-z][a-z-]*) +[A-Z].*$", Pattern.MULTILINE);

  private CommandNames() {}

  /// Commands and groups, in the order of the overview.
  static List<String> all() {
    return names(Help.NSBOX);
  }

  static List<String> of(String group) {
    return names(Help.group(group));
  }

  private static List<String> names(String overview) {
    List<String> names = new ArrayList<>();
    Matcher line = LINE.matcher(overview);
    while (line.find()) {
      names.add(line.group(1));
    }
    return names;
  }
}

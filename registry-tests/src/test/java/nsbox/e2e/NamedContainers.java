package nsbox.e2e;

import java.util.ArrayList;
import java.util.List;

/// What the tests of single commands share: alpine, and containers that run under a name.
abstract class NamedContainers extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  /// Starts a container in the background.
  ///
  /// @param command none for one that only waits
  /// @return its ID
  final String running(String name, String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of("run", "-d", "--name", name, ALPINE));
    words.addAll(command.length == 0 ? List.of("sleep", "300") : List.of(command));
    return nsbox.run(words.toArray(new String[0])).expect(0).out().strip();
  }

  /// The line of `ps -a` that a container has; empty where it has none.
  final String status(String name) throws Exception {
    for (String line : nsbox.run("ps", "-a").expect(0).out().split("\n")) {
      if (line.endsWith(" " + name)) {
        return line;
      }
    }
    return "";
  }
}

package nsbox.cli.command;

import java.util.List;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;

/// Does the same to each container that a user names; one that fails does not stop the others.
final class EachContainer {
  private EachContainer() {}

  @FunctionalInterface
  interface Action {
    void run(ContainerFolder folder) throws Exception;
  }

  /// Prints each name as it was typed once it is done.
  ///
  /// @return 0, or the exit code of the last failure
  static int run(Session session, List<String> names, Action action) throws Exception {
    int code = 0;
    for (String name : names) {
      try {
        action.run(Lookup.container(session, name));
        session.front().out(name + "\n");
      } catch (Failure e) {
        session.front().err("nsbox: " + e.getMessage() + "\n");
        code = e.exitCode();
      }
    }
    return code;
  }
}

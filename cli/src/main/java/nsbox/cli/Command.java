package nsbox.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// One command of `nsbox`.
///
/// Only the called command builds its model: the models of all would cost a cold JVM more than the
/// rest of planning a container.
public interface Command {
  /// No exit code: the front is the monitor of a container and no longer listens.
  int LAUNCHED = -1;

  /// Its options and positional parameters, and the text of its help.
  CommandSpec spec();

  /// The same, without options that `words` cannot mean.
  default CommandSpec spec(List<String> words) {
    return spec();
  }

  /// Whether all that follows the first positional parameter belongs to it, as with `run`.
  default boolean stopsAtPositional() {
    return false;
  }

  /// Whether only root may call it. What looks at nothing of the host's needs no rights.
  default boolean needsRoot() {
    return true;
  }

  /// Does it.
  ///
  /// @return the exit code, or [#LAUNCHED]
  /// @throws Exception for the planner to put into words
  int run(ParseResult arguments, Session session) throws Exception;
}

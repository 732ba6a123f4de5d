package nsbox.cli.command;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.engine.AmbiguousContainerException;
import nsbox.engine.ContainerBusyException;
import nsbox.engine.ContainerFolder;
import nsbox.runtime.spec.UnsupportedSpecException;

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
    return run(session, new ContainerChoice.Many(names, false), action);
  }

  /// The same for containers that were chosen.
  static int run(Session session, ContainerChoice.Many choice, Action action) throws Exception {
    int code = 0;
    for (String name : choice.names()) {
      try {
        Lookup.Found found = Lookup.find(session, name);
        if (found.folder() == null && choice.ignoresMissing()) {
          continue;
        }
        action.run(found.orFail());
        session.front().out(name + "\n");
      } catch (Exception e) {
        Failure failure = failure(session, name, e);
        if (failure.exitCode() == Lookup.MISSING && choice.ignoresMissing()) {
          continue;
        }
        session.front().err("nsbox: " + failure.getMessage() + "\n");
        code = failure.exitCode();
      }
    }
    return code;
  }

  /* What only one container can have; whatever else goes wrong is nobody's fault alone. */
  private static Failure failure(Session session, String name, Exception exception)
      throws Exception {
    return switch (exception) {
      case Failure failure -> failure;
      case ContainerBusyException e -> new Failure(e.getMessage(), e);
      case AmbiguousContainerException e -> new Failure(e.getMessage(), e);
      case UnsupportedSpecException e -> new Failure(name + ": " + e.getMessage(), e);
      case NoSuchFileException e when Lookup.find(session, name).folder() == null ->
          Lookup.missing(name, e);
      case IOException e ->
          new Failure(name + ": " + (e.getMessage() == null ? e.toString() : e.getMessage()), e);
      default -> throw exception;
    };
  }
}

package nsbox.cli.command;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

  @FunctionalInterface
  interface Beginning {
    Begun begin(ContainerFolder folder) throws Exception;
  }

  /// What is left to be done once a container has ended.
  @FunctionalInterface
  interface Rest {
    void run() throws Exception;
  }

  record Begun(Ending ending, Rest rest) {}

  /// Prints each name as it was typed once it is done.
  ///
  /// @return 0, or the exit code of the last failure
  static int run(Session session, List<String> names, Action action) throws Exception {
    return run(session, new ContainerChoice.Many(names, false), action);
  }

  /// The same for containers that were chosen.
  static int run(Session session, ContainerChoice.Many choice, Action action) throws Exception {
    List<Attempt> attempts = new ArrayList<>();
    for (String name : choice.names()) {
      attempts.add(() -> attempt(session, choice, name, action));
    }
    return run(session, choice, attempts);
  }

  /// Has all of them end at the same time; what is left to be done is done to one after the other.
  static int together(Session session, ContainerChoice.Many choice, Beginning beginning)
      throws Exception {
    List<Attempt> attempts = new ArrayList<>();
    List<Ending> endings = new ArrayList<>();
    Set<String> begun = new HashSet<>();
    for (String name : choice.names()) {
      attempts.add(begin(session, choice, name, beginning, endings, begun));
    }
    Ending.killLate(endings);
    return run(session, choice, attempts);
  }

  /* False for one that is not there, and need not be. */
  @FunctionalInterface
  private interface Attempt {
    boolean run() throws Exception;
  }

  private static boolean attempt(
      Session session, ContainerChoice.Many choice, String name, Action action) throws Exception {
    Lookup.Found found = Lookup.find(session, name);
    if (found.folder() == null && choice.ignoresMissing()) {
      return false;
    }
    action.run(found.orFail());
    return true;
  }

  /* A failure is told when its turn comes; one that is named twice begins again then. */
  private static Attempt begin(
      Session session,
      ContainerChoice.Many choice,
      String name,
      Beginning beginning,
      List<Ending> endings,
      Set<String> begun) {
    try {
      Lookup.Found found = Lookup.find(session, name);
      if (found.folder() == null || !begun.add(found.folder().id())) {
        return () -> attempt(session, choice, name, folder -> alone(beginning.begin(folder)));
      }
      Begun one = beginning.begin(found.folder());
      endings.add(one.ending());
      return () -> {
        one.rest().run();
        return true;
      };
    } catch (Exception e) {
      return () -> {
        throw e;
      };
    }
  }

  private static void alone(Begun begun) throws Exception {
    Ending.killLate(List.of(begun.ending()));
    begun.rest().run();
  }

  private static int run(Session session, ContainerChoice.Many choice, List<Attempt> attempts)
      throws Exception {
    int code = 0;
    for (int i = 0; i < attempts.size(); i++) {
      String name = choice.names().get(i);
      try {
        if (attempts.get(i).run()) {
          session.front().out(name + "\n");
        }
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

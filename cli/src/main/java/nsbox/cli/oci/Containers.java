package nsbox.cli.oci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import nsbox.cli.Errno;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.engine.Front;
import nsbox.runtime.cgroup.Freezer;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.state.ProcessIdentity;
import nsbox.runtime.state.RuntimeRoot;
import nsbox.runtime.state.StateFolder;
import nsbox.runtime.state.StoredState;

/// The containers of `nsbox-runtime`, and what its commands do with them.
final class Containers {
  private static final long KILLED_MILLISECONDS = 10_000;

  private Containers() {}

  static RuntimeRoot root(Session session) {
    return new RuntimeRoot(session.roots().root());
  }

  /// @throws Failure if there is no such container
  static StateFolder find(Session session, String id) throws IOException, Failure {
    Optional<StateFolder> folder = root(session).find(id);
    if (folder.isEmpty()) {
      throw new Failure("container does not exist: " + id);
    }
    return folder.get();
  }

  /// @throws Failure if the container was not even begun
  static StoredState state(StateFolder folder) throws IOException, Failure {
    Optional<StoredState> state = folder.state();
    if (state.isEmpty()) {
      throw new Failure("container " + folder.id() + " was never made; delete it");
    }
    return state.get();
  }

  /// Ends all of a container's processes, and waits for the first of them.
  static void end(Session session, StateFolder folder) throws IOException, Failure {
    Optional<ProcessIdentity> process = folder.process();
    if (process.isEmpty() || !process.get().isAlive()) {
      return;
    }
    Instructions steps = new Instructions();
    ProcessIdentity found = process.get();
    steps.add("end it", Opcode.SIGNAL, found.pid(), found.startTime(), nsbox.cli.Signals.KILL);
    run(session, "end container " + folder.id(), steps);
    thaw(folder);
    Instructions waiting = new Instructions();
    waiting.add(
        "wait for its end", Opcode.AWAIT_EXIT, found.pid(), found.startTime(), KILLED_MILLISECONDS);
    run(session, "end container " + folder.id(), waiting);
  }

  /* Whoever is frozen takes no signal; in version 2 SIGKILL is taken all the same. */
  static void thaw(StateFolder folder) throws IOException {
    Optional<StoredState> state = folder.state();
    Optional<Freezer> freezer =
        state.isPresent() ? Freezer.of(state.get().cgroup()) : Optional.empty();
    if (freezer.isPresent() && freezer.get().isFrozen()) {
      freezer.get().thaw();
    }
  }

  /// Removes what is left of a container that has ended: cgroups and files. Hooks are run.
  static void remove(Session session, StateFolder folder) throws IOException, Failure {
    Optional<StoredState> state = folder.state();
    removeFiles(session, folder);
    /* Last: until the cgroup is empty, systemd would wait for its processes to end as they like. */
    if (state.isPresent() && state.get().scope().isPresent()) {
      Scopes.stop(session, state.get().scope().get());
    }
  }

  /// What [#remove] does for a container that has no scope, or none any more.
  static void removeFiles(Session session, StateFolder folder) throws IOException, Failure {
    Path teardown = folder.teardownFile();
    if (Files.exists(teardown)) {
      Front.Outcome outcome = session.front().run(Files.readAllBytes(teardown));
      if (!outcome.succeeded()) {
        throw new Failure(
            "cannot delete container "
                + folder.id()
                + ": "
                + Errno.text(outcome.errno())
                + (outcome.detail().isEmpty() ? "" : ": " + outcome.detail()));
      }
    }
    if (Files.exists(folder.path())) {
      Instructions steps = new Instructions();
      steps.add("remove " + folder.path(), Opcode.REMOVE_TREE, folder.path().toString());
      run(session, "delete container " + folder.id(), steps);
    }
  }

  /// Runs host steps.
  ///
  /// @param intent what they are for, such as `kill container web`
  static void run(Session session, String intent, Instructions steps) throws IOException, Failure {
    Program program = Program.of(steps);
    Front.Outcome outcome = session.front().run(program.encode());
    if (!outcome.succeeded()) {
      throw new Failure("cannot " + intent + ": " + Errno.text(outcome.errno()));
    }
  }
}

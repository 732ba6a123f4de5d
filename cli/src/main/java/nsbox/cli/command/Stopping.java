package nsbox.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.Errno;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.cli.Signals;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerRecord;
import nsbox.engine.Front;
import nsbox.engine.Sweep;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.state.ProcessIdentity;

/// Ends running containers.
final class Stopping {
  /// The attribute of the event `kill`.
  static final String SIGNAL = "signal";

  private static final long CLEAN_UP_MILLISECONDS = 10_000;

  /* A monitor that waits has little left to clean up. */
  private static final long WAITING_MILLISECONDS = 3_000;

  private static final int TERMINATE = 15;

  private Stopping() {}

  /// What a user did.
  static void tell(Session session, ContainerRecord record, int signal) {
    session.events().container("kill", record, Map.of(SIGNAL, Integer.toString(signal)));
  }

  /* False if the monitor has just started the container once more: then that got the signal. */
  static boolean endWaiting(Session session, ProcessIdentity monitor) throws IOException {
    send(session, monitor, TERMINATE);
    return await(session, monitor, WAITING_MILLISECONDS).succeeded();
  }

  /* Before the signal: a monitor that starts its container again looks for it. */
  static void markStopped(ContainerFolder folder) throws IOException {
    if (!Files.exists(folder.stoppedFile()) && Files.isDirectory(folder.lasting())) {
      Files.write(folder.stoppedFile(), new byte[0]);
    }
  }

  /// Waits for the monitor of a container that has no process any more, or none yet.
  static void endMonitor(Session session, ContainerFolder folder) throws IOException, Failure {
    Optional<ProcessIdentity> monitor = ProcessIdentity.read(folder.monitorFile());
    if (monitor.isPresent()) {
      endMonitor(session, folder, monitor.get());
    }
  }

  static void endMonitor(Session session, ContainerFolder folder, ProcessIdentity monitor)
      throws IOException, Failure {
    Front.Outcome outcome = await(session, monitor, CLEAN_UP_MILLISECONDS);
    if (outcome.errno() == Errno.ETIMEDOUT) {
      /* Its container has ended, but nobody takes what that wrote last. */
      send(session, monitor, TERMINATE);
      outcome = await(session, monitor, CLEAN_UP_MILLISECONDS);
    }
    check(folder, outcome);
    if (Files.exists(folder.running())) {
      /* A monitor that had been killed leaves its clean-up to us. */
      new Sweep(session.containers(), session.front()).run();
    }
  }

  static void check(ContainerFolder folder, Front.Outcome outcome) throws Failure {
    if (!outcome.succeeded()) {
      throw new Failure(
          "cannot stop container " + folder.id() + ": " + Errno.text(outcome.errno()));
    }
  }

  /// Ends a process, and waits for it.
  static void kill(Session session, ProcessIdentity process) throws IOException {
    send(session, process, Signals.KILL);
    Front.Outcome outcome = await(session, process, CLEAN_UP_MILLISECONDS);
    if (!outcome.succeeded()) {
      throw new IOException(
          "cannot end process " + process.pid() + ": " + Errno.text(outcome.errno()));
    }
  }

  /* Not an error: it may have ended, and whoever sends this waits for the end. */
  static void send(Session session, ProcessIdentity process, int signal) throws IOException {
    Instructions steps = new Instructions();
    steps.addIgnoring(
        Instruction.ALL,
        "send signal " + signal,
        Opcode.SIGNAL,
        process.pid(),
        process.startTime(),
        signal);
    session.front().run(Program.of(steps).encode());
  }

  /// @param milliseconds negative for ever
  static Front.Outcome await(Session session, ProcessIdentity process, long milliseconds)
      throws IOException {
    Instructions steps = new Instructions();
    steps.add(
        "wait for its end", Opcode.AWAIT_EXIT, process.pid(), process.startTime(), milliseconds);
    return session.front().run(Program.of(steps).encode());
  }
}

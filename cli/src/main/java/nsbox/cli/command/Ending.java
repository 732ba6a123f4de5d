package nsbox.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import nsbox.cli.Errno;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.cli.Signals;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerState;
import nsbox.engine.Front;

/// A container that was asked to end. Many end at the same time: first each is asked, then they are
/// waited for.
final class Ending {
  private static final long KILLED_MILLISECONDS = 10_000;
  private static final long FOR_EVER = Long.MAX_VALUE;
  private static final long LOOK_MILLISECONDS = 500;

  private final Session session;
  private final ContainerFolder folder;
  private final ContainerState.Running running;
  private final long deadline;
  private Front.Outcome outcome;
  private boolean killed;

  private Ending(
      Session session, ContainerFolder folder, ContainerState.Running running, long deadline) {
    this.session = session;
    this.folder = folder;
    this.running = running;
    this.deadline = deadline;
  }

  /// Of one that does not run.
  static Ending none(Session session, ContainerFolder folder) {
    return new Ending(session, folder, null, 0);
  }

  /// Sends a signal. One that does not run is left as it is.
  ///
  /// @param graceMilliseconds how long it may take before SIGKILL; negative for ever
  static Ending begin(Session session, ContainerFolder folder, int signal, long graceMilliseconds)
      throws IOException, Failure {
    ContainerState state = folder.state();
    if (state instanceof ContainerState.Restarting restarting) {
      Stopping.markStopped(folder);
      if (Stopping.endWaiting(session, restarting.monitor())) {
        return none(session, folder);
      }
      state = folder.state();
    }
    if (!(state instanceof ContainerState.Running running)) {
      return none(session, folder);
    }
    Stopping.markStopped(folder);
    if (running.paused()) {
      Pausing.thaw(folder);
    }
    Stopping.tell(session, folder.record(), signal);
    Stopping.send(session, running.process(), signal);
    long deadline = graceMilliseconds < 0 ? FOR_EVER : now() + graceMilliseconds;
    return new Ending(session, folder, running, deadline);
  }

  /// Gives each its time, and sends SIGKILL to those that take longer: in the order in which their
  /// times are over, so that nobody's is prolonged by another's.
  static void killLate(List<Ending> endings) throws IOException, Failure {
    for (Ending next = earliest(endings); next != null; next = earliest(endings)) {
      next.killLate();
    }
  }

  private static Ending earliest(List<Ending> endings) {
    Ending earliest = null;
    for (Ending ending : endings) {
      boolean open = ending.running != null && ending.outcome == null;
      if (open && (earliest == null || ending.deadline < earliest.deadline)) {
        earliest = ending;
      }
    }
    return earliest;
  }

  private void killLate() throws IOException, Failure {
    outcome = await(deadline);
    if (outcome.errno() == Errno.ETIMEDOUT) {
      killed = true;
      Stopping.tell(session, folder.record(), Signals.KILL);
      Stopping.send(session, running.process(), Signals.KILL);
    }
  }

  /* Who pauses it meanwhile must not keep it from ending: what is frozen takes no signal, not even SIGKILL. */
  private Front.Outcome await(long until) throws IOException, Failure {
    while (true) {
      long left = Math.clamp(until - now(), 0, LOOK_MILLISECONDS);
      Front.Outcome found = Stopping.await(session, running.process(), left);
      if (found.errno() != Errno.ETIMEDOUT || now() >= until) {
        return found;
      }
      if (Files.exists(folder.pausedFile())) {
        Pausing.thaw(folder);
      }
    }
  }

  private static long now() {
    return System.nanoTime() / 1_000_000;
  }

  /// Returns when it has ended and its monitor has cleaned up.
  ///
  /// @return whether SIGKILL was needed
  boolean finish() throws IOException, Failure {
    if (running == null) {
      return false;
    }
    if (killed) {
      outcome = await(now() + KILLED_MILLISECONDS);
    }
    Stopping.check(folder, outcome);
    Stopping.endMonitor(session, folder, running.monitor());
    return killed;
  }
}

package nsbox.cli.command;

import java.io.IOException;
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
    long deadline =
        graceMilliseconds < 0 ? FOR_EVER : System.nanoTime() / 1_000_000 + graceMilliseconds;
    return new Ending(session, folder, running, deadline);
  }

  /// Gives each its time, and sends SIGKILL to those that take longer: in the order in which their
  /// times are over, so that nobody's is prolonged by another's.
  static void killLate(List<Ending> endings) throws IOException {
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

  private void killLate() throws IOException {
    long left = deadline == FOR_EVER ? -1 : Math.max(0, deadline - System.nanoTime() / 1_000_000);
    outcome = Stopping.await(session, running.process(), left);
    if (outcome.errno() == Errno.ETIMEDOUT) {
      killed = true;
      Stopping.tell(session, folder.record(), Signals.KILL);
      Stopping.send(session, running.process(), Signals.KILL);
    }
  }

  /// Returns when it has ended and its monitor has cleaned up.
  ///
  /// @return whether SIGKILL was needed
  boolean finish() throws IOException, Failure {
    if (running == null) {
      return false;
    }
    if (killed) {
      outcome = Stopping.await(session, running.process(), KILLED_MILLISECONDS);
    }
    Stopping.check(folder, outcome);
    Stopping.endMonitor(session, folder, running.monitor());
    return killed;
  }
}

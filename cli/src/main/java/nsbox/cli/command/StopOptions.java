package nsbox.cli.command;

import static nsbox.cli.Model.text;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.Signals;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// How `stop` and `restart` end a container: as it was made to be ended, unless options say
/// otherwise.
///
/// @param signal that comes first
/// @param seconds before SIGKILL; negative for ever
record StopOptions(Optional<Integer> signal, Optional<Integer> seconds) {
  static void addTo(CommandSpec spec) {
    spec.addOption(
        text(
            "SECONDS",
            "Time before SIGKILL (what the container was made with, or 10); -1 waits for ever",
            "-t",
            "--time",
            "--timeout"));
    spec.addOption(text("SIGNAL", "Send this first, by name or number", "-s", "--signal"));
  }

  static StopOptions read(ParseResult parsed) throws Failure {
    Optional<String> signal = Model.optional(parsed, "--signal");
    return new StopOptions(
        signal.isEmpty() ? Optional.empty() : Optional.of(Signals.number(signal.get())),
        seconds(parsed));
  }

  static Optional<Integer> seconds(ParseResult parsed) throws Failure {
    Optional<String> text = Model.optional(parsed, "--time");
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Integer.parseInt(text.get()));
    } catch (NumberFormatException e) {
      throw new Failure("--time " + text.get() + ": expected a number of seconds", e);
    }
  }

  /// Ends a container that runs; leaves another as it is.
  void stop(Session session, ContainerFolder folder) throws Exception {
    EachContainer.Begun begun = begin(session, folder);
    Ending.killLate(List.of(begun.ending()));
    begun.rest().run();
  }

  /// Asks it to end; the rest waits for that.
  EachContainer.Begun begin(Session session, ContainerFolder folder) throws Exception {
    ContainerRecord record = folder.record();
    long wanted = seconds.isPresent() ? seconds.get() : record.stopSeconds();
    int number = signal.isPresent() ? signal.get() : record.stopSignal();
    long milliseconds = wanted < 0 ? -1 : Math.min(wanted * 1000, Integer.MAX_VALUE);
    ContainerState state = folder.state();
    boolean ran =
        state instanceof ContainerState.Running || state instanceof ContainerState.Restarting;
    Ending ending = Ending.begin(session, folder, number, milliseconds);
    return new EachContainer.Begun(
        ending,
        () -> {
          boolean killed = ending.finish();
          if (ran) {
            session.events().container("stop", record);
          }
          if (killed && wanted > 0) {
            warn(session, record, number, wanted);
          }
        });
  }

  private static void warn(Session session, ContainerRecord record, int number, long wanted)
      throws IOException {
    /* As podman has it, but for the time that stands before it. */
    session
        .front()
        .err(
            "nsbox: StopSignal "
                + Signals.name(number)
                + " failed to stop container "
                + record.name()
                + " in "
                + wanted
                + " seconds, resorting to SIGKILL\n");
  }
}

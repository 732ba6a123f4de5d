package nsbox.cli.command;

import java.io.IOException;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerState;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox pause` and `unpause`: stops all processes of containers, and lets them go on.
public final class PauseCommand implements Command {
  private final boolean pauses;

  private PauseCommand(boolean pauses) {
    this.pauses = pauses;
  }

  public static PauseCommand pause() {
    return new PauseCommand(true);
  }

  public static PauseCommand unpause() {
    return new PauseCommand(false);
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        pauses
            ? Model.command(
                "pause", "[OPTIONS] CONTAINER...", "Stop all processes of containers for a while.")
            : Model.command(
                "unpause",
                "[OPTIONS] CONTAINER...",
                "Let the processes of paused containers go on.");
    ContainerChoice.addManyTo(spec, pauses ? "All that run" : "All that are paused", "-a", "--all");
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    return EachContainer.run(
        session,
        ContainerChoice.many(
            parsed,
            session,
            state -> state instanceof ContainerState.Running running && running.paused() != pauses),
        folder -> apply(session, folder));
  }

  private void apply(Session session, ContainerFolder folder) throws IOException, Failure {
    if (pauses) {
      Pausing.pause(folder);
    } else {
      Pausing.resume(folder);
    }
    session.events().container(pauses ? "pause" : "unpause", folder.record());
  }
}

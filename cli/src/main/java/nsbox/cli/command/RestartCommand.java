package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;

import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerState;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox restart`: ends containers and starts them again; starts those that do not run.
public final class RestartCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command("restart", "[OPTIONS] CONTAINER...", "Stop containers and start them again.");
    StopOptions.addTo(spec);
    spec.addOption(flag("Only those that run, with --all", "--running"));
    ContainerChoice.addManyTo(spec, "All containers", "-a", "--all");
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    StopOptions options = StopOptions.read(parsed);
    boolean running = isSet(parsed, "--running");
    session.prepare();
    return EachContainer.run(
        session,
        ContainerChoice.many(
            parsed, session, state -> !running || state instanceof ContainerState.Running),
        folder -> restart(session, folder, options));
  }

  private static void restart(Session session, ContainerFolder folder, StopOptions options)
      throws Exception {
    if (folder.record().autoRemove()) {
      throw new Failure(
          "cannot restart container "
              + folder.record().name()
              + ": it was made with --rm, so it goes when it ends");
    }
    options.stop(session, folder);
    StartCommand.start(session, folder, Staying.NOT);
    session.events().container("restart", folder.record());
  }
}

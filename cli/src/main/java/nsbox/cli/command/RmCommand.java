package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.Signals;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerMaker;
import nsbox.engine.ContainerState;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox rm`: removes containers.
public final class RmCommand implements Command {
  private static final int RUNNING = 2;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command("rm", "[OPTIONS] CONTAINER...", "Remove containers and all their files.");
    spec.addOption(flag("Remove also those that run: end them by SIGKILL", "-f", "--force"));
    spec.addPositional(Model.parameters("CONTAINER", "1..*", "Names or IDs"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    boolean force = isSet(parsed, "--force");
    session.prepare();
    return EachContainer.run(
        session, positionals(parsed), folder -> remove(session, folder, force));
  }

  static void remove(Session session, ContainerFolder folder, boolean force) throws Exception {
    String name = folder.record().name();
    if (folder.state() instanceof ContainerState.Running) {
      if (!force) {
        throw new Failure(
            RUNNING,
            "cannot remove container "
                + name
                + " as it is running - running or paused containers cannot be removed without"
                + " force: container state improper\n  Stop it first, or use: nsbox rm -f "
                + name,
            null);
      }
      Stopping.stop(session, folder, Signals.KILL, -1);
    }
    ContainerMaker maker = new ContainerMaker(session.containers(), session.caller());
    if (!maker.claimExisting(folder)) {
      if (!force) {
        throw new Failure(
            RUNNING,
            "cannot remove container "
                + name
                + ": it is just being started, or is ending\n  Try again in a moment, or use: nsbox rm -f "
                + name,
            null);
      }
      Stopping.endMonitor(session, folder);
    }
    Removal.remove(session, folder, name);
  }
}

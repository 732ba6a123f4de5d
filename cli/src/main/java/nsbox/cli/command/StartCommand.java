package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerMaker;
import nsbox.engine.ContainerState;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox start`: runs containers that were created, or that have ended.
public final class StartCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command("start", "[OPTIONS] CONTAINER...", "Start containers that do not run.");
    spec.addOption(flag("Show what it writes, and end with its exit code", "-a", "--attach"));
    spec.addOption(
        flag("Also give it standard input, where it was made with -i", "-i", "--interactive"));
    Staying.addTo(spec);
    ContainerChoice.addManyTo(spec, "All that do not run", "--all");
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    boolean interactive = isSet(parsed, "--interactive");
    boolean attach = isSet(parsed, "--attach") || interactive;
    if (attach && (positionals(parsed).size() > 1 || isSet(parsed, "--all"))) {
      throw new Failure("you cannot start and attach multiple containers at once");
    }
    session.prepare();
    ContainerChoice.Many choice =
        ContainerChoice.many(parsed, session, state -> !(state instanceof ContainerState.Running));
    if (attach) {
      String name = choice.names().getFirst();
      ContainerFolder folder = Lookup.container(session, name);
      if (folder.state() instanceof ContainerState.Running) {
        throw new Failure("container " + name + " runs already");
      }
      Staying staying = Staying.of(parsed, true);
      /* As docker: what it reads is the user's only where that is said. */
      if (!interactive && folder.record().keepInput()) {
        staying = staying.with(new AttachedStreams(false, true, true));
      }
      start(session, folder, staying);
      return Command.LAUNCHED;
    }
    return EachContainer.run(session, choice, folder -> start(session, folder, Staying.NOT));
  }

  /// Starts a container that does not run; leaves one that does as it is.
  static void start(Session session, ContainerFolder folder, Staying staying) throws Exception {
    ContainerState state = folder.state();
    if (state instanceof ContainerState.Running || state instanceof ContainerState.Restarting) {
      return;
    }
    ContainerMaker maker = new ContainerMaker(session.containers(), session.caller());
    if (!maker.claimExisting(folder)) {
      /* Its last monitor may be about to go. */
      Stopping.endMonitor(session, folder);
      if (!maker.claimExisting(folder)) {
        throw new Failure(
            "cannot start container "
                + folder.record().name()
                + ": another command starts or removes it\n  Try again in a moment.");
      }
    }
    NewContainer.Made container;
    try {
      container = new NewContainer.Made(folder, folder.record(), folder.config(), session.images());
    } catch (Exception e) {
      Removal.release(session, folder);
      throw e;
    }
    Starting.start(session, container, staying);
  }
}

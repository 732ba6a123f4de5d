package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import nsbox.cli.Command;
import nsbox.cli.Errno;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.Attachment;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerState;
import nsbox.engine.Front;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox attach`: the user's streams become those of a container that runs, until it ends.
public final class AttachCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "attach", "[OPTIONS] CONTAINER", "Attach to a container that runs, until it ends.");
    spec.addOption(flag("Leave standard input alone", "--no-stdin"));
    Staying.addTo(spec);
    ContainerChoice.addOneTo(spec);
    spec.addPositional(Model.optionalParameters("CONTAINER", "Name or ID"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Staying staying = Staying.of(parsed, true);
    session.prepare();
    ContainerChoice.One choice = ContainerChoice.one(parsed, session, positionals(parsed));
    if (!choice.rest().isEmpty()) {
      throw new Failure("attach: one container at a time");
    }
    String name = choice.name();
    ContainerFolder folder = choice.folder();
    if (!(folder.state() instanceof ContainerState.Running)) {
      throw new Failure(
          "cannot attach to container "
              + name
              + "\n  It does not run: you can only attach to running containers.");
    }
    if (folder.record().passesStreams()) {
      throw new Failure(
          "cannot attach to container "
              + name
              + "\n  Its log driver is passthrough: it has the streams of who started it.");
    }
    session.events().container("attach", folder.record());
    Attachment attachment =
        staying.attachment(folder, folder.record(), !isSet(parsed, "--no-stdin"));
    Front.Outcome outcome = session.front().attach(folder.attachSocket().toString(), attachment);
    if (!outcome.succeeded()) {
      throw new Failure(
          "cannot attach to container "
              + name
              + "\n  "
              + folder.attachSocket()
              + ": "
              + Errno.text(outcome.errno())
              + ". Has it ended meanwhile?");
    }
    return LAUNCHED;
  }
}

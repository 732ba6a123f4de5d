package nsbox.cli.command;

import static nsbox.cli.Model.flag;

import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.ContainerState;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox stop`: asks containers to end, and ends those that do not.
public final class StopCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "stop",
            "[OPTIONS] CONTAINER...",
            "Send containers their stop signal, and SIGKILL to those that take too long.");
    StopOptions.addTo(spec);
    spec.addOption(flag("Those that are not there are no failure", "-i", "--ignore"));
    ContainerChoice.addManyTo(spec, "All that run", "-a", "--all");
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    StopOptions options = StopOptions.read(parsed);
    session.prepare();
    return EachContainer.together(
        session,
        ContainerChoice.many(parsed, session, ContainerState.Running.class::isInstance),
        folder -> options.begin(session, folder));
  }
}

package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.positionals;

import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox container exists`: tells by its exit code, and says nothing.
public final class ContainerExistsCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "container exists", "CONTAINER", "End with 0 if a container is there, with 1 if not.");
    spec.addOption(flag("Accepted for podman's sake: there are no others", "--external"));
    spec.addPositional(Model.parameters("CONTAINER", "1", "Name or ID"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    return Lookup.find(session, positionals(parsed).getFirst()).folder() == null
        ? Lookup.MISSING
        : 0;
  }
}

package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox port`: which ports of a container are published. None are: there are no networks yet that
/// could.
public final class PortCommand implements Command {
  private static final int NOT_PUBLISHED = 1;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "port", "[OPTIONS] CONTAINER [PORT[/PROTOCOL]]", "Show a container's published ports.");
    spec.addOption(flag("Of all containers", "-a", "--all"));
    spec.addOption(flag("The container that was created last", "-l", "--latest"));
    spec.addPositional(Model.optionalParameters("CONTAINER", "The container, and a port of it"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    if (isSet(parsed, "--all")) {
      return 0;
    }
    List<String> rest = ContainerChoice.one(parsed, session, positionals(parsed)).rest();
    if (!rest.isEmpty()) {
      String port = rest.getFirst();
      throw new Failure(
          NOT_PUBLISHED,
          "no public port '"
              + (port.indexOf('/') < 0 ? port + "/tcp" : port)
              + "' published for "
              + positionals(parsed).getFirst(),
          null);
    }
    return 0;
  }
}

package nsbox.cli.oci;

import static nsbox.cli.Model.positionals;

import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime create`: all of a container, but its program does not run yet.
public final class CreateCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = OciModel.command("create", "ID", "Create a container; 'start' runs it.");
    Making.addOptions(spec);
    spec.addPositional(Model.parameters("ID", "1", "A name for the container"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Making.make(parsed, session, positionals(parsed).getFirst(), Making.Way.CREATE);
    return 0;
  }
}

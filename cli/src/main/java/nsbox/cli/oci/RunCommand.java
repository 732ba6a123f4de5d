package nsbox.cli.oci;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime run`: create and start in one.
public final class RunCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec = OciModel.command("run", "ID", "Create a container and run it.");
    Making.addOptions(spec);
    spec.addOption(flag("Leave it to itself once it runs", "-d", "--detach"));
    spec.addOption(flag("Do not delete it once it has ended", "--keep"));
    spec.addPositional(Model.parameters("ID", "1", "A name for the container"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    if (isSet(parsed, "--keep")) {
      throw new Failure("--keep: this version of nsbox deletes what it has run");
    }
    boolean detached = isSet(parsed, "--detach");
    Making.make(
        parsed,
        session,
        positionals(parsed).getFirst(),
        detached ? Making.Way.RUN_DETACHED : Making.Way.RUN);
    return detached ? 0 : Command.LAUNCHED;
  }
}

package nsbox.cli.oci;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import nsbox.cli.Command;
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
    boolean detached = isSet(parsed, "--detach");
    Making.Way attached = isSet(parsed, "--keep") ? Making.Way.RUN_AND_KEEP : Making.Way.RUN;
    Making.make(
        parsed,
        session,
        positionals(parsed).getFirst(),
        detached ? Making.Way.RUN_DETACHED : attached);
    return detached ? 0 : Command.LAUNCHED;
  }
}

package nsbox.cli.volume;

import static nsbox.cli.Model.positionals;

import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox volume exists`: answers by its exit code alone.
public final class VolumeExistsCommand implements Command {
  private static final int MISSING = 1;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "volume exists",
            "VOLUME",
            "End with 0 if there is the volume, with 1 if there is not, with 125 if that cannot be"
                + " told.");
    spec.addPositional(Model.parameters("VOLUME", "1", "Name"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    return VolumeLookup.volumes(session).find(positionals(parsed).getFirst()).isPresent()
        ? 0
        : MISSING;
  }
}

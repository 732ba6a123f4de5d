package nsbox.cli.image;

import static nsbox.cli.Model.positionals;

import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox image exists`: answers by its exit code alone.
public final class ExistsCommand implements Command {
  private static final int MISSING = 1;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "image exists",
            "IMAGE",
            "End with 0 if the image is in the store, with 1 if it is not, with 125 if that cannot be"
                + " told.");
    spec.addPositional(Model.parameters("IMAGE", "1", "Name or ID"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    String name = positionals(parsed).getFirst();
    return session.images().store().resolve(name).isPresent() ? 0 : MISSING;
  }
}

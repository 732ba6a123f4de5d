package nsbox.cli.secret;

import static nsbox.cli.Model.positionals;

import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox secret exists`: answers by its exit code alone.
public final class SecretExistsCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "secret exists",
            "SECRET",
            "End with 0 if there is the secret, with 1 if there is not, with 125 if that cannot be"
                + " told.");
    spec.addPositional(Model.parameters("SECRET", "1", "Name or ID"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    return SecretLookup.find(session, positionals(parsed).getFirst()).isPresent()
        ? 0
        : SecretLookup.MISSING;
  }
}

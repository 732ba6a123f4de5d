package nsbox.cli.oci;

import java.io.IOException;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.JsonForm;
import nsbox.runtime.plan.Features;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox-runtime features`: what callers may rely on.
public final class FeaturesCommand implements Command {
  private final String version;

  /// @param version of nsbox
  public FeaturesCommand(String version) {
    this.version = version;
  }

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "features", "", "Print, as JSON, what of the runtime specification is applied.");
    spec.usageMessage().customSynopsis("nsbox-runtime features");
    return spec;
  }

  @Override
  public boolean needsRoot() {
    return false;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws IOException {
    session.front().out(JsonForm.pretty(Features.document(version)) + "\n");
    return 0;
  }
}

package nsbox.cli.artifact;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;

import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Human;
import nsbox.cli.output.Table;
import nsbox.engine.Artifacts;
import nsbox.image.Reference;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox artifact ls`: what of the store is no image.
public final class ArtifactListCommand implements Command {
  private static final String NONE = "<none>";

  @Override
  public CommandSpec spec() {
    CommandSpec spec = Model.command("artifact ls", "[OPTIONS]", "List artifacts of the store.");
    spec.addOption(flag("Cut nothing off", "--no-trunc"));
    spec.addOption(flag("Print digests only", "-q", "--quiet"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    boolean full = isSet(parsed, "--no-trunc");
    Table table = new Table("REPOSITORY", "TAG", "DIGEST", "TYPE", "SIZE");
    StringBuilder digests = new StringBuilder();
    for (Artifacts.Stored artifact : new Artifacts(session.images().store()).list()) {
      String digest =
          full
              ? artifact.descriptor().digest().toString()
              : artifact.descriptor().digest().shortHex();
      digests.append(digest).append('\n');
      Optional<Reference> name = artifact.name();
      table.add(
          name.map(Reference::name).orElse(NONE),
          name.flatMap(Reference::tag).orElse(NONE),
          digest,
          artifact.type(),
          Human.size(artifact.bytes()));
    }
    session.front().out(isSet(parsed, "--quiet") ? digests.toString() : table.toString());
    return 0;
  }
}

package nsbox.cli.artifact;

import static nsbox.cli.Model.positionals;

import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.Artifacts;
import nsbox.engine.Cleanup;
import nsbox.image.ImageNotFoundException;
import nsbox.image.InvalidReferenceException;
import nsbox.image.Reference;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox artifact rm`: takes artifacts out of the store.
public final class ArtifactRmCommand implements Command {
  private static final int MISSING = 1;

  @Override
  public CommandSpec spec() {
    CommandSpec spec = Model.command("artifact rm", "ARTIFACT...", "Remove artifacts.");
    spec.addPositional(Model.parameters("ARTIFACT", "1..*", "Names or digests"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    Artifacts artifacts = new Artifacts(session.images().store());
    int code = 0;
    for (String text : positionals(parsed)) {
      try {
        Artifacts.Stored artifact = artifacts.get(text);
        boolean byName = artifact.name().map(name -> isMeant(name, text)).orElse(false);
        artifacts.remove(artifact, byName);
        session.front().out(artifact.descriptor().digest() + "\n");
      } catch (ImageNotFoundException e) {
        session.front().err("nsbox: cannot remove artifact " + text + ": no such artifact\n");
        code = MISSING;
      }
    }
    new Cleanup(session.images(), session.containers()).collect(Cleanup.DOWNLOAD_AGE);
    return code;
  }

  private static boolean isMeant(Reference name, String text) {
    try {
      return Reference.parse(text).equals(name);
    } catch (InvalidReferenceException e) {
      return false;
    }
  }
}

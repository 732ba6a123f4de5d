package nsbox.cli.artifact;

import static nsbox.cli.Model.positionals;

import nsbox.cli.Command;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.Artifacts;
import nsbox.image.ImageStore;
import nsbox.image.Reference;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox artifact inspect`: an artifact's manifest, with its name and digest.
public final class ArtifactInspectCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command("artifact inspect", "ARTIFACT...", "Show manifests of artifacts as JSON.");
    spec.addPositional(Model.parameters("ARTIFACT", "1..*", "Names or digests"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    session.prepare();
    ImageStore store = session.images().store();
    for (String name : positionals(parsed)) {
      Artifacts.Stored artifact = new Artifacts(store).get(name);
      byte[] manifest = store.blobs().document(artifact.descriptor());
      JsonObject shown =
          new JsonObject()
              .put("Name", artifact.name().map(Reference::toString).orElse(""))
              .put("Digest", artifact.descriptor().digest().toString())
              .put("Manifest", Json.parse(manifest, "manifest of " + name));
      session.front().out(Json.prettyText(shown) + "\n");
    }
    return 0;
  }
}

package nsbox.cli.artifact;

import static nsbox.cli.Model.positionals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.image.Descriptor;
import nsbox.image.ImageStore;
import nsbox.image.Ingest;
import nsbox.image.Reference;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox artifact add`: files become an artifact of the store.
public final class ArtifactAddCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "artifact add",
            "[OPTIONS] NAME FILE[:MEDIA-TYPE]...",
            "Make an OCI artifact of files and keep it in the store under a name.");
    ArtifactFiles.addTo(spec);
    spec.addPositional(Model.parameters("NAME FILE", "1..*", "Name, and the files"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> words = positionals(parsed);
    if (words.size() < 2) {
      throw new Failure("artifact add takes a name and at least one file");
    }
    Reference name = Reference.parse(words.getFirst());
    session.prepare();
    ImageStore store = session.images().store();
    store.sweep();
    try (Ingest ingest = store.ingest()) {
      Descriptor manifest =
          ArtifactFiles.artifact(parsed, session, words.subList(1, words.size()), Optional.empty())
              .stage(ingest);
      ingest.publish();
      store.tagAll(Map.of(name, manifest));
      session.front().out(manifest.digest() + "\n");
    }
    return 0;
  }
}

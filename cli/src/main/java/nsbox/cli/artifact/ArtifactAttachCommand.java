package nsbox.cli.artifact;

import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.image.Progress;
import nsbox.cli.image.Pulling;
import nsbox.cli.image.TransferFlags;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageStore;
import nsbox.image.Ingest;
import nsbox.image.Reference;
import nsbox.registry.RawManifest;
import nsbox.registry.Repository;
import nsbox.transfer.Push;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox artifact attach`: files become an artifact that refers to an image in a registry.
public final class ArtifactAttachCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "artifact attach",
            "[OPTIONS] IMAGE FILE[:MEDIA-TYPE]...",
            "Push files as an artifact that refers to an image of a registry: its SBOM, its"
                + " signature.",
            "On registries without the referrers API the list under the fallback tag is kept.");
    ArtifactFiles.addTo(spec);
    TransferFlags.addTo(spec);
    spec.addPositional(
        Model.parameters("IMAGE FILE", "1..*", "Image in a registry, and the files"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> words = positionals(parsed);
    if (words.size() < 2) {
      throw new Failure("artifact attach takes an image and at least one file");
    }
    Reference image = Reference.parse(words.getFirst());
    session.prepare();
    ImageStore store = session.images().store();
    store.sweep();
    Pulling access =
        new Pulling(
            session,
            session.images(),
            TransferFlags.overrides(parsed, session),
            TransferFlags.options(parsed),
            Optional.empty(),
            isSet(parsed, "--quiet"));
    Descriptor manifest;
    try (Ingest ingest = store.ingest();
        Progress progress = new Progress(session, isSet(parsed, "--quiet"))) {
      Repository repository = access.registries(progress).target(image);
      RawManifest subject =
          repository.manifest(image.digest().map(Digest::toString).orElse(image.tag().orElse("")));
      /* A store of its own: what is attached is the registry's, not this machine's. */
      ImageStore attached = new ImageStore(ingest.file("attached"));
      try (Ingest files = attached.ingest()) {
        manifest =
            ArtifactFiles.artifact(
                    parsed,
                    session,
                    words.subList(1, words.size()),
                    Optional.of(subject.descriptor().bare()))
                .stage(files);
        files.publish();
        new Push(attached.blobs(), repository, TransferFlags.options(parsed), progress)
            .run(manifest, manifest.digest().toString(), List.of());
      }
    }
    session.front().out(manifest.digest() + "\n");
    return 0;
  }
}

package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.archive.ImageLoad;
import nsbox.archive.ImageSave;
import nsbox.archive.LayoutSource;
import nsbox.archive.LayoutTarget;
import nsbox.archive.Loaded;
import nsbox.archive.NewFile;
import nsbox.archive.SavedImage;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.Images;
import nsbox.engine.Registries;
import nsbox.image.BlobSource;
import nsbox.image.Descriptor;
import nsbox.image.ImageConfig;
import nsbox.image.ImageManifest;
import nsbox.image.ImageNotFoundException;
import nsbox.image.ImageParts;
import nsbox.image.ImageReceiver;
import nsbox.image.ImageStore;
import nsbox.image.Ingest;
import nsbox.image.Platform;
import nsbox.image.PlatformChoice;
import nsbox.image.PlatformMissingException;
import nsbox.image.Reference;
import nsbox.registry.Limits;
import nsbox.registry.config.Overrides;
import nsbox.snapshot.Snapshots;
import nsbox.transfer.Pull;
import nsbox.transfer.Push;
import nsbox.transfer.Source;
import nsbox.transfer.TransferOptions;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox copy`: images between registries, layouts, archives and the store, byte for byte.
public final class CopyCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "copy",
            "[OPTIONS] SOURCE DESTINATION",
            "Copy an image. SOURCE and DESTINATION are docker://NAME, oci:FOLDER[:NAME],"
                + " oci-archive:FILE[:NAME], docker-archive:FILE[:NAME] or store:NAME.",
            "Of an index the image for this machine is copied, or all of it with --all.");
    spec.addOption(flag("An index with all its images", "-a", "--all"));
    spec.addOption(flag("Print nothing but errors", "-q", "--quiet"));
    spec.addOption(text("FILE", "Write the digest of what was copied into it", "--digestfile"));
    spec.addOption(text("FILE", "Credentials, instead of the usual files", "--authfile"));
    for (String side : List.of("src", "dest")) {
      spec.addOption(text("USER:PASSWORD", "Who to be there", "--" + side + "-creds"));
      spec.addOption(
          OptionSpec.builder("--" + side + "-tls-verify")
              .type(Boolean.class)
              .arity("0..1")
              .fallbackValue("true")
              .description("Whether certificates must be right there, and http is forbidden")
              .build());
    }
    TransferFlags.addPlatformTo(spec);
    spec.addOption(text("COUNT", "How often to try again (3)", "--retry-times", "--retry"));
    spec.addPositional(Model.parameters("SOURCE", "1..*", "Where from, and where to"));
    return spec;
  }

  /// What is to be copied, held until the copy is there.
  private record Content(BlobSource blobs, Descriptor root) {}

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> words = positionals(parsed);
    if (words.size() != 2) {
      throw new Failure("copy takes a source and a destination");
    }
    CopyPlace from = CopyPlace.parse(words.getFirst(), session);
    CopyPlace to = CopyPlace.parse(words.get(1), session);
    session.prepare();
    Images images = session.images();
    images.store().sweep();
    Snapshots.warmUp();
    Descriptor copied;
    try (Ingest scratch = images.store().ingest();
        Progress progress = new Progress(session, isSet(parsed, "--quiet"))) {
      Content content = open(from, parsed, session, images, scratch, progress);
      write(content, to, parsed, session, images, scratch, progress);
      copied = content.root();
    } catch (IOException | Failure e) {
      throw failure(words, e);
    }
    Optional<String> digestFile = Model.optional(parsed, "--digestfile");
    if (digestFile.isPresent()) {
      Files.writeString(session.path(digestFile.get()), copied.digest().toString());
    }
    session.front().out(copied.digest() + "\n");
    return 0;
  }

  /* What was found wrong, below what it was that could not be done. */
  private static Failure failure(List<String> words, Exception e) {
    String found = e instanceof IOException io ? Pulling.text(io) : e.getMessage();
    return new Failure(
        "cannot copy " + words.getFirst() + " to " + words.get(1) + "\n  " + found, e);
  }

  private static Content open(
      CopyPlace from,
      ParseResult parsed,
      Session session,
      Images images,
      Ingest scratch,
      Progress progress)
      throws Exception {
    boolean all = isSet(parsed, "--all");
    Platform platform = TransferFlags.platform(parsed).orElse(Platform.host());
    return switch (from) {
      case CopyPlace.Remote(Reference reference) -> {
        ImageStore store = new ImageStore(scratch.file("source"));
        List<Source> sources = registries(parsed, "src", session, progress).sources(reference);
        Pull.Pulled pulled =
            new Pull(
                    store,
                    sources,
                    TransferFlags.options(parsed),
                    progress,
                    Optional.empty(),
                    Pulling.check(session, sources, Optional.empty()))
                .run(reference, new Pull.Choice(platform, false, all));
        yield new Content(store.blobs(), pulled.target());
      }
      case CopyPlace.Local(String name) -> {
        Descriptor root =
            images
                .store()
                .holdEntry(name, scratch)
                .orElseThrow(() -> new ImageNotFoundException(name));
        yield chosen(images.store().blobs(), root, all, platform);
      }
      case CopyPlace.Layout layout -> {
        LayoutSource source = LayoutSource.open(layout.path(), scratch);
        Descriptor root = source.entry(layout.name());
        yield chosen(source.blobs(), root, all, platform);
      }
      case CopyPlace.DockerArchive archive -> {
        ImageStore store = new ImageStore(scratch.file("source"));
        List<Loaded> loaded =
            new ImageLoad(store, Optional.empty(), Optional.empty()).load(archive.path());
        Descriptor root = null;
        for (Loaded image : loaded) {
          boolean meant = archive.name().isEmpty() || image.names().contains(archive.name().get());
          if (meant && root != null) {
            throw new Failure(archive.path() + ": several images; add :NAME");
          }
          if (meant) {
            root = store.get(image.id().toString()).descriptor().bare();
          }
        }
        if (root == null) {
          throw new Failure(archive.path() + ": no image " + archive.name().orElseThrow());
        }
        yield new Content(store.blobs(), root);
      }
    };
  }

  private static Content chosen(BlobSource blobs, Descriptor root, boolean all, Platform platform)
      throws IOException {
    Descriptor chosen = all ? root : PlatformChoice.choose(root, platform, blobs);
    return new Content(blobs, chosen.bare());
  }

  private static void write(
      Content content,
      CopyPlace to,
      ParseResult parsed,
      Session session,
      Images images,
      Ingest scratch,
      Progress progress)
      throws Exception {
    switch (to) {
      case CopyPlace.Remote(Reference reference) -> {
        String name = reference.tag().orElseGet(() -> reference.digest().orElseThrow().toString());
        new Push(
                content.blobs(),
                registries(parsed, "dest", session, progress).target(reference),
                TransferFlags.options(parsed),
                progress)
            .run(content.root(), name, List.of());
      }
      case CopyPlace.Local(String name) -> store(content, Reference.parse(name), images);
      case CopyPlace.Layout layout -> {
        LayoutTarget target = new LayoutTarget(content.blobs(), content.root(), layout.name());
        if (layout.archive()) {
          NewFile.file(layout.path(), target::archive);
        } else {
          target.addTo(layout.path());
        }
      }
      case CopyPlace.DockerArchive archive -> {
        /* A store of its own: what is archived gets no name in the user's. */
        ImageStore store = new ImageStore(scratch.file("archived"));
        Reference name = archive.name().orElse(Reference.parse("copied"));
        store(content, name, store, Optional.empty());
        SavedImage saved =
            new SavedImage(
                store.get(name.toString()), archive.name().map(List::of).orElse(List.of()));
        NewFile.file(
            archive.path(), out -> new ImageSave(store.blobs(), List.of(saved)).dockerArchive(out));
      }
    }
  }

  private static void store(Content content, Reference name, Images images) throws IOException {
    store(content, name, images.store(), Optional.of(images.receiver()));
  }

  private static void store(
      Content content, Reference name, ImageStore store, Optional<ImageReceiver> receiver)
      throws IOException {
    ImageParts parts = ImageParts.of(content.root(), content.blobs());
    try (Ingest ingest = store.ingest()) {
      for (Descriptor blob : parts.blobs()) {
        try (var bytes = content.blobs().open(blob)) {
          ingest.stage(blob, bytes, blob.digest().toString());
        }
      }
      for (Descriptor document : parts.documents()) {
        ingest.stage(document, content.blobs().document(document));
      }
      if (receiver.isPresent()) {
        unpack(content, ingest, receiver.get());
      }
      ingest.publish();
      store.tagAll(Map.of(name, content.root()));
    }
  }

  /* Before it has a name, so that what cannot be unpacked leaves no image; of an index, what is for
   * this machine. */
  private static void unpack(Content content, Ingest ingest, ImageReceiver receiver)
      throws IOException {
    Descriptor chosen;
    try {
      chosen = PlatformChoice.choose(content.root(), Platform.host(), content.blobs());
    } catch (PlatformMissingException e) {
      return;
    }
    ImageManifest manifest = ImageManifest.parse(chosen, content.blobs().document(chosen));
    if (!manifest.isImage()) {
      return;
    }
    ImageConfig config = ImageConfig.parse(manifest, content.blobs().document(manifest.config()));
    ingest.leaseLayers(config.diffIds());
    receiver.receive(manifest, config, index -> ingest.open(manifest.layers().get(index)));
  }

  private static Registries registries(
      ParseResult parsed, String side, Session session, Progress progress) throws Exception {
    Optional<String> creds = Model.optional(parsed, "--" + side + "-creds");
    Overrides overrides =
        new Overrides(
            Optional.ofNullable(
                parsed.matchedOptionValue("--" + side + "-tls-verify", (Boolean) null)),
            RegistryFlags.path(parsed, "--authfile", session),
            creds.isEmpty() ? Optional.empty() : Optional.of(Overrides.credential(creds.get())),
            Optional.empty());
    TransferOptions options = TransferFlags.options(parsed);
    Limits limits =
        Limits.DEFAULT.withRetries(options.retries()).withFirstWait(options.retryDelay());
    return new Registries(session.surroundings(), overrides, limits, progress::note);
  }
}

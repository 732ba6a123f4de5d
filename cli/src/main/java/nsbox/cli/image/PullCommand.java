package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.engine.Images;
import nsbox.engine.Registries;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageStore;
import nsbox.image.Platform;
import nsbox.image.PlatformMissingException;
import nsbox.image.Reference;
import nsbox.image.StoredImage;
import nsbox.image.UnsupportedManifestException;
import nsbox.snapshot.Snapshots;
import nsbox.transfer.Pull;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox pull`: brings images from registries. The ID goes to standard output, all else to
/// standard error.
public final class PullCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "pull",
            "[OPTIONS] IMAGE...",
            "Bring images from registries into the store, verified and unpacked, and print their IDs.",
            "A pull that was broken off goes on where it stopped.");
    spec.addOption(flag("All tags of the repository", "-a", "--all-tags"));
    spec.addOption(flag("The images for all platforms, and their index", "--all-platforms"));
    spec.addOption(
        text(
            "FILE",
            "Which signatures are asked for, instead of policy.json",
            "--signature-policy"));
    TransferFlags.addPlatformTo(spec);
    TransferFlags.addTo(spec);
    spec.addPositional(Model.parameters("IMAGE", "1..*", "Names of images"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Optional<Platform> platform = TransferFlags.platform(parsed);
    boolean all = isSet(parsed, "--all-platforms");
    if (all && platform.isPresent()) {
      throw new Failure("--all-platforms and --platform exclude each other");
    }
    session.prepare();
    Snapshots.warmUp();
    Images images = session.images();
    images.store().sweep();
    images.snapshots().sweep();
    Pulling pulling =
        new Pulling(
            session,
            images,
            TransferFlags.overrides(parsed, session),
            TransferFlags.options(parsed),
            RegistryFlags.path(parsed, "--signature-policy", session),
            isSet(parsed, "--quiet"));
    Pull.Choice choice =
        new Pull.Choice(platform.orElse(Platform.host()), platform.isPresent(), all);
    for (String name : positionals(parsed)) {
      if (isSet(parsed, "--all-tags")) {
        allTags(session, pulling, name, choice);
      } else {
        print(session, images, pulling.pull(name, choice));
      }
    }
    return 0;
  }

  private static void allTags(Session session, Pulling pulling, String name, Pull.Choice choice)
      throws IOException, Failure {
    Reference reference = Reference.parse(name);
    if (name.indexOf('@') >= 0 || name.lastIndexOf(':') > name.lastIndexOf('/')) {
      throw new Failure("--all-tags " + name + ": a tag or a digest cannot be used with all tags");
    }
    List<Reference> pulled = new ArrayList<>();
    try (Progress progress = new Progress(session, false)) {
      Registries registries = pulling.registries(progress);
      List<String> tags = registries.sources(reference).getLast().repository().tags();
      for (String tag : tags) {
        Reference tagged = Reference.parse(reference.name() + ":" + tag);
        try {
          pulling.pull(registries, tagged, choice, progress);
        } catch (IOException e) {
          throw Pulling.failure(tagged.toString(), e);
        }
        pulled.add(tagged);
      }
    }
    for (Reference tagged : pulled) {
      print(session, session.images(), tagged);
    }
  }

  /* An artifact has no ID but its digest. */
  private static void print(Session session, Images images, Reference reference)
      throws IOException {
    for (Descriptor entry : images.store().entries()) {
      if (reference.toString().equals(entry.annotation(ImageStore.REF_NAME))) {
        String id = id(images, reference).orElse(entry.digest()).toString();
        session.events().image("pull", id, reference.familiar());
        session.front().out(id + "\n");
      }
    }
  }

  private static Optional<Digest> id(Images images, Reference reference) throws IOException {
    try {
      return images.store().find(reference).map(StoredImage::id);
    } catch (UnsupportedManifestException | PlatformMissingException e) {
      return Optional.empty();
    }
  }
}

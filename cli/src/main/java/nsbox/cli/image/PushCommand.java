package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.nio.file.Files;
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
import nsbox.image.ImageNotFoundException;
import nsbox.image.ImageStore;
import nsbox.image.Ingest;
import nsbox.image.InvalidReferenceException;
import nsbox.image.MediaType;
import nsbox.image.PlatformChoice;
import nsbox.image.Reference;
import nsbox.registry.UnauthorizedException;
import nsbox.transfer.Push;
import nsbox.transfer.Recompression;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox push`: brings images to registries.
public final class PushCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "push",
            "[OPTIONS] IMAGE [DESTINATION]",
            "Bring an image to a registry, byte for byte where it can stay so, and print its digest.",
            "Layers that are stored uncompressed are compressed with gzip on the way.");
    spec.addOption(flag("All tags of the repository", "-a", "--all-tags"));
    spec.addOption(
        text(
            "gzip|zstd",
            "For all layers; without it those that are not compressed get gzip",
            "--compression-format"));
    spec.addOption(
        text("LEVEL", "Of the compression: 1 to 9, with zstd to 20", "--compression-level"));
    spec.addOption(flag("Compress all layers anew", "--force-compression"));
    spec.addOption(text("FILE", "Write the digest of what was pushed into it", "--digestfile"));
    TransferFlags.addPlatformTo(spec);
    TransferFlags.addTo(spec);
    spec.addPositional(
        Model.parameters("IMAGE", "1..*", "Name in the store, and another to push to"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> names = positionals(parsed);
    boolean all = isSet(parsed, "--all-tags");
    if (names.size() > (all ? 1 : 2)) {
      throw new Failure(
          "push takes an image and " + (all ? "nothing" : "one destination") + " more");
    }
    Recompression.Wish wish = wish(parsed);
    session.prepare();
    Images images = session.images();
    Pulling access =
        new Pulling(
            session,
            images,
            TransferFlags.overrides(parsed, session),
            TransferFlags.options(parsed),
            Optional.empty(),
            isSet(parsed, "--quiet"));
    List<String> digests = new ArrayList<>();
    for (String name : all ? tagsOf(images, names.getFirst()) : names.subList(0, 1)) {
      String destination = names.size() == 2 ? names.get(1) : name;
      try {
        digests.add(push(session, images, access, name, destination, parsed, wish));
      } catch (ImageNotFoundException | InvalidReferenceException e) {
        throw e;
      } catch (IOException e) {
        throw new Failure(
            "cannot push "
                + name
                + " to "
                + destination
                + "\n  "
                + Pulling.text(e)
                + (e instanceof UnauthorizedException ? "\n  Log in: nsbox login REGISTRY" : "")
                + "\n  The registry shows nothing new.",
            e);
      }
    }
    Optional<String> digestFile = Model.optional(parsed, "--digestfile");
    if (digestFile.isPresent()) {
      Files.writeString(session.path(digestFile.get()), String.join("\n", digests));
    }
    return 0;
  }

  private static String push(
      Session session,
      Images images,
      Pulling access,
      String name,
      String destination,
      ParseResult parsed,
      Recompression.Wish wish)
      throws Exception {
    String text = destination.startsWith("docker://") ? destination.substring(9) : destination;
    Reference target = Reference.parse(text);
    Descriptor pushed;
    try (Ingest lease = images.store().ingest();
        Progress progress = new Progress(session, isSet(parsed, "--quiet"))) {
      Descriptor root = entry(images, name, lease);
      if (TransferFlags.platform(parsed).isPresent()) {
        root =
            PlatformChoice.choose(
                root, TransferFlags.platform(parsed).get(), images.store().blobs());
      }
      Registries registries = access.registries(progress);
      access.explain(registries, target);
      Recompression content = Recompression.of(root, images.store().blobs(), lease, wish);
      pushed = content.root();
      String tag = target.tag().isPresent() ? target.tag().get() : pushed.digest().toString();
      if (target.digest().isPresent() && !target.digest().get().equals(pushed.digest())) {
        throw new Failure(
            "cannot push " + name + " to " + destination + ": its digest is " + pushed.digest());
      }
      new Push(content.source(), registries.target(target), TransferFlags.options(parsed), progress)
          .run(pushed, tag, siblings(images, target));
    }
    session.front().out(pushed.digest() + "\n");
    return pushed.digest().toString();
  }

  /* What the name points at: an index is pushed whole. */
  private static Descriptor entry(Images images, String name, Ingest lease) throws IOException {
    Optional<Descriptor> artifact = images.store().holdEntry(name, lease);
    if (artifact.isEmpty()) {
      throw new ImageNotFoundException(name);
    }
    return artifact.get();
  }

  private static List<String> tagsOf(Images images, String name) throws IOException, Failure {
    Reference repository = Reference.parse(name);
    List<String> tags = new ArrayList<>();
    for (Descriptor entry : images.store().entries()) {
      String full = entry.annotation(ImageStore.REF_NAME);
      if (full != null
          && full.startsWith(repository.name() + ":")
          && full.indexOf('@') < 0
          && (MediaType.isManifest(entry.mediaType()) || MediaType.isIndex(entry.mediaType()))) {
        tags.add(full);
      }
    }
    if (tags.isEmpty()) {
      throw new Failure("cannot push " + name + ": no tag of it is in the store");
    }
    return tags;
  }

  /* Where the registry may have the blobs already: the repositories that images came from. */
  private static List<String> siblings(Images images, Reference target) throws IOException {
    List<String> siblings = new ArrayList<>();
    for (Descriptor entry : images.store().entries()) {
      String full = entry.annotation(ImageStore.REF_NAME);
      if (full == null || !full.startsWith(target.registry() + "/")) {
        continue;
      }
      String repository = Reference.parse(full).repository();
      if (!repository.equals(target.repository()) && !siblings.contains(repository)) {
        siblings.add(repository);
      }
    }
    return siblings.subList(0, Math.min(siblings.size(), 3));
  }

  private static Recompression.Wish wish(ParseResult parsed) throws Failure {
    String format = Model.optional(parsed, "--compression-format").orElse("gzip");
    if (!format.equals("gzip") && !format.equals("zstd")) {
      throw new Failure("--compression-format " + format + ": gzip or zstd");
    }
    boolean zstd = format.equals("zstd");
    int most = zstd ? 20 : 9;
    int level = zstd ? 3 : 6;
    Optional<String> text = Model.optional(parsed, "--compression-level");
    if (text.isPresent()) {
      if (!text.get().matches("[0-9]{1,2}") || Integer.parseInt(text.get()) > most) {
        throw new Failure("--compression-level " + text.get() + ": a number from 1 to " + most);
      }
      level = Math.max(1, Integer.parseInt(text.get()));
    }
    return new Recompression.Wish(
        zstd,
        level,
        isSet(parsed, "--force-compression")
            || Model.optional(parsed, "--compression-format").isPresent());
  }
}

package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Visible;
import nsbox.engine.Cleanup;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerState;
import nsbox.engine.ImageMounts;
import nsbox.engine.Images;
import nsbox.image.CorruptStoreException;
import nsbox.image.Descriptor;
import nsbox.image.ImageStore;
import nsbox.image.Reference;
import nsbox.image.StoredImage;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox rmi`: takes names from images, and removes images that have none left.
public final class RmiCommand implements Command {
  private static final int MISSING = 1;
  private static final int IN_USE = 2;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "rmi",
            "[OPTIONS] IMAGE...",
            "Remove images: a name is taken away, and with the last name the image goes.",
            "An image that a container was made from stays; --force removes it where the container"
                + " does not run, and the container keeps its layers. One that is mounted stays, too;"
                + " --force unmounts it.");
    spec.addOption(
        flag("Remove although stopped containers or other names use it", "-f", "--force"));
    spec.addOption(flag("Remove all images that no container uses", "-a", "--all"));
    spec.addOption(flag("No error where there is no such image", "-i", "--ignore"));
    spec.addOption(
        flag("Nothing to ask for: an image has no parents that would go with it", "--no-prune"));
    spec.addPositional(Model.optionalParameters("IMAGE", "Names, IDs or digests"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> names = positionals(parsed);
    boolean all = isSet(parsed, "--all");
    if (all != names.isEmpty()) {
      throw new Failure(
          all
              ? "--all and names of images exclude each other"
              : "rmi: name an image, or use --all");
    }
    session.prepare();
    Images images = session.images();
    Cleanup cleanup = new Cleanup(images, session.containers());
    int code = 0;
    if (all) {
      for (StoredImage image : cleanup.unused(true)) {
        remove(session, cleanup, List.of(image));
      }
    }
    for (String name : names) {
      try {
        one(session, images, cleanup, name, parsed);
      } catch (Failure e) {
        session.front().err("nsbox: " + e.getMessage() + "\n");
        code = code == 0 || code == MISSING ? e.exitCode() : code;
      }
    }
    cleanup.collect(Cleanup.DOWNLOAD_AGE);
    return code;
  }

  private static void one(
      Session session, Images images, Cleanup cleanup, String name, ParseResult parsed)
      throws IOException, Failure {
    Optional<StoredImage> found;
    try {
      found = images.store().resolve(name);
    } catch (CorruptStoreException e) {
      if (untagDamaged(session, images, name)) {
        return;
      }
      throw e;
    }
    if (found.isEmpty()) {
      missing(name, parsed);
      return;
    }
    StoredImage image = found.get();
    Optional<Reference> reference = named(image, name);
    boolean force = isSet(parsed, "--force");
    if (reference.isPresent() && image.references().size() > 1) {
      String full = reference.get().toString();
      List<String> gone =
          images
              .store()
              .remove((Descriptor entry) -> full.equals(entry.annotation(ImageStore.REF_NAME)));
      if (gone.isEmpty()) {
        missing(name, parsed); // another command was quicker
        return;
      }
      session.events().image("untag", image.id().toString(), reference.get().familiar());
      session.front().out("Untagged: " + full + "\n");
      return;
    }
    List<StoredImage> meant = reference.isPresent() ? List.of(image) : ofOneId(images, image);
    List<String> others =
        meant.stream().flatMap(it -> it.references().stream()).map(Reference::familiar).toList();
    if (reference.isEmpty() && others.size() > 1 && !force) {
      throw new Failure(
          "cannot remove image "
              + name
              + ": it has several names: "
              + String.join(", ", others)
              + "\n  Remove them by name, or all at once: nsbox rmi -f "
              + name);
    }
    checkUse(cleanup, image, name, force);
    if (meant.size() == ofOneId(images, image).size()) {
      unmount(session, image, name, force);
    }
    if (!remove(session, cleanup, meant)) {
      missing(name, parsed);
      return;
    }
    if (ofOneId(images, image).isEmpty()) {
      /* Who mounted it meanwhile found it still there. */
      session.imageMounts().unmount(image.id().hex(), true);
    }
  }

  private static void missing(String name, ParseResult parsed) throws Failure {
    if (!isSet(parsed, "--ignore")) {
      throw new Failure(MISSING, "cannot remove image " + name + ": no such image", null);
    }
  }

  /* Several manifests may have one config, as where an archive was loaded and a registry pulled. */
  private static List<StoredImage> ofOneId(Images images, StoredImage image) throws IOException {
    return images.store().list().images().stream()
        .filter(it -> it.id().equals(image.id()))
        .toList();
  }

  /* A name can be taken from an image that cannot be read; else nothing would ever remove it. */
  private static boolean untagDamaged(Session session, Images images, String name)
      throws IOException {
    String full;
    try {
      full = Reference.parse(name).toString();
    } catch (nsbox.image.InvalidReferenceException e) {
      return false;
    }
    List<String> gone =
        images
            .store()
            .remove((Descriptor entry) -> full.equals(entry.annotation(ImageStore.REF_NAME)));
    for (String untagged : gone) {
      session.front().out("Untagged: " + Visible.text(untagged) + "\n");
    }
    return !gone.isEmpty();
  }

  /* The name among the image's that the user means; none where an ID was given. */
  private static Optional<Reference> named(StoredImage image, String name) {
    for (Reference reference : image.references()) {
      if (reference.toString().equals(name) || reference.familiar().equals(name)) {
        return Optional.of(reference);
      }
    }
    try {
      Reference wanted = Reference.parse(name);
      return image.references().stream().filter(wanted::equals).findFirst();
    } catch (nsbox.image.InvalidReferenceException e) {
      return Optional.empty();
    }
  }

  private static void checkUse(Cleanup cleanup, StoredImage image, String name, boolean force)
      throws IOException, Failure {
    for (ContainerFolder folder : cleanup.users().getOrDefault(image.id().toString(), List.of())) {
      boolean stopped = folder.state() instanceof ContainerState.Exited;
      if (stopped && force) {
        continue;
      }
      String container = folder.record().name();
      throw new Failure(
          IN_USE,
          "cannot remove image "
              + name
              + ": image is in use by "
              + (stopped ? "" : "running ")
              + "container "
              + container
              + "\n  "
              + (stopped ? "Remove it first: nsbox rm " : "Stop and remove it first: nsbox rm -f ")
              + container
              + (stopped ? ", or use: nsbox rmi -f " + name : ""),
          null);
    }
  }

  private static void unmount(Session session, StoredImage image, String name, boolean force)
      throws IOException, Failure {
    ImageMounts mounts = session.imageMounts();
    for (ImageMounts.Mounted mounted : mounts.list()) {
      if (!mounted.imageHex().equals(image.id().hex())) {
        continue;
      }
      if (!force) {
        throw new Failure(
            IN_USE,
            "cannot remove image "
                + name
                + ": image is in use: it is mounted on "
                + mounted.path()
                + "\n  Unmount it first: nsbox image unmount "
                + name
                + ", or use: nsbox rmi -f "
                + name,
            null);
      }
      mounts.unmount(mounted.imageHex(), true);
    }
  }

  /// @param images of one ID
  /// @return false if another command has taken away all names that they had
  private static boolean remove(Session session, Cleanup cleanup, List<StoredImage> images)
      throws IOException {
    boolean named = false;
    boolean gone = false;
    for (StoredImage image : images) {
      named |= !image.references().isEmpty();
      for (String untagged : cleanup.forget(image)) {
        gone = true;
        session.events().image("untag", image.id().toString(), untagged);
        session.front().out("Untagged: " + Visible.text(untagged) + "\n");
      }
    }
    if (named && !gone) {
      return false;
    }
    String id = images.getFirst().id().toString();
    session.events().image("delete", id, id);
    session.front().out("Deleted: " + images.getFirst().id().hex() + "\n");
    return true;
  }
}

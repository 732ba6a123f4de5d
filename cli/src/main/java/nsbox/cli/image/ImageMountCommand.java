package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
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
import nsbox.engine.ImageMounts;
import nsbox.engine.ImageMounts.Mounted;
import nsbox.engine.Images;
import nsbox.image.Ingest;
import nsbox.image.StoredImage;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox image mount`: shows the files of images on the host.
public final class ImageMountCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "image mount",
            "[OPTIONS] [IMAGE...]",
            "Mount the root file systems of images on the host, read-only, and print where.",
            "What is mounted already is not mounted again: it counts how often it was. Without a"
                + " name, list what is mounted.");
    spec.addOption(flag("Mount all images of the store", "-a", "--all"));
    spec.addOption(text("json", "Print JSON", "--format"));
    spec.addPositional(Model.optionalParameters("IMAGE", "Names or IDs"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> names = positionals(parsed);
    boolean all = isSet(parsed, "--all");
    if (all && !names.isEmpty()) {
      throw new Failure("when using the --all switch, you may not pass any image names or IDs");
    }
    Optional<String> format = optional(parsed, "--format");
    if (format.isPresent() && !format.get().equals("json")) {
      throw new Failure("unknown --format argument: \"" + format.get() + "\"");
    }
    session.prepare();
    Images images = session.images();
    ImageMounts mounts = session.imageMounts();
    List<Mounted> shown;
    if (names.isEmpty() && !all) {
      shown = mounts.list();
    } else {
      try (Ingest lease = images.store().ingest()) {
        shown = mount(images, mounts, all ? held(images, lease) : held(images, names, lease));
        for (Mounted mounted : shown) {
          String id = "sha256:" + mounted.imageHex();
          session.events().image("mount", id, id);
        }
      }
    }
    print(session, images, shown, names.size() == 1, format.isPresent());
    return 0;
  }

  private static List<Mounted> mount(Images images, ImageMounts mounts, List<StoredImage> chosen)
      throws IOException {
    List<Mounted> mounted = new ArrayList<>();
    for (StoredImage image : chosen) {
      mounted.add(new Mounted(image.id().hex(), mounts.mount(images, images.unpack(image))));
    }
    return mounted;
  }

  /* All are found before one is mounted. */
  private static List<StoredImage> held(Images images, List<String> names, Ingest lease)
      throws IOException, Failure {
    List<StoredImage> held = new ArrayList<>();
    for (String name : names) {
      Optional<StoredImage> image = images.hold(name, lease);
      if (image.isEmpty()) {
        throw new Failure("no such image: " + name);
      }
      held.add(image.get());
    }
    return held;
  }

  private static List<StoredImage> held(Images images, Ingest lease) throws IOException {
    List<StoredImage> held = new ArrayList<>();
    for (StoredImage image : images.store().list().images()) {
      /* One that has just been removed is none of all images. */
      images.store().hold(image.id().toString(), lease).ifPresent(held::add);
    }
    return held;
  }

  private static void print(
      Session session, Images images, List<Mounted> shown, boolean one, boolean json)
      throws IOException {
    MountedImages text = new MountedImages(images.store().list().images());
    if (json) {
      Printing.print(session, text.json(shown));
    } else if (one) {
      session.front().out(shown.getFirst().path() + "\n");
    } else {
      Printing.print(session, text.table(shown));
    }
  }
}

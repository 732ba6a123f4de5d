package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.positionals;

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
import nsbox.image.StoredImage;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox image unmount`: takes away what `image mount` shows.
public final class ImageUnmountCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "image unmount",
            "[OPTIONS] IMAGE...",
            "Unmount the root file systems of images, and print the images' IDs.",
            "What was mounted several times stays until it was unmounted as often. It is no error"
                + " if an image is not mounted.");
    spec.addOption(flag("Unmount all that is mounted", "-a", "--all"));
    spec.addOption(
        flag("Unmount at once, however often it was mounted and whoever uses it", "-f", "--force"));
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
    if (!all && names.isEmpty()) {
      throw new Failure("image name or ID must be specified");
    }
    session.prepare();
    ImageMounts mounts = session.imageMounts();
    boolean force = isSet(parsed, "--force");
    if (all) {
      for (Mounted mounted : mounts.list()) {
        unmount(session, mounts, mounted.imageHex(), force);
      }
      mounts.sweep();
      return 0;
    }
    List<String> ids = new ArrayList<>();
    for (String name : names) {
      ids.add(idOf(session.images(), mounts, name));
    }
    for (int i = 0; i < ids.size(); i++) {
      if (!unmount(session, mounts, ids.get(i), force)) {
        session.front().err("nsbox: image " + names.get(i) + " is not mounted\n");
      }
    }
    return 0;
  }

  private static boolean unmount(Session session, ImageMounts mounts, String id, boolean force)
      throws IOException {
    boolean done = mounts.unmount(id, force);
    if (done) {
      session.events().image("unmount", "sha256:" + id, "sha256:" + id);
      session.front().out(id + "\n");
    }
    return done;
  }

  /* An image may be mounted that is no longer in the store. */
  private static String idOf(Images images, ImageMounts mounts, String name)
      throws IOException, Failure {
    Optional<StoredImage> image = images.store().resolve(name);
    if (image.isPresent()) {
      return image.get().id().hex();
    }
    String hex = name.startsWith("sha256:") ? name.substring(7) : name;
    for (Mounted mounted : mounts.list()) {
      if (mounted.imageHex().equals(hex)) {
        return hex;
      }
    }
    throw new Failure("no such image: " + name);
  }
}

package nsbox.cli.image;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import nsbox.cli.Command;
import nsbox.cli.Confirmation;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Filters;
import nsbox.cli.output.Human;
import nsbox.engine.Cleanup;
import nsbox.image.Collected;
import nsbox.image.StoredImage;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox image prune`: removes images that nobody uses, and all that belongs to no image.
public final class ImagePruneCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "image prune",
            "[OPTIONS]",
            "Remove images that have no name and no container, blobs and layers that belong to no"
                + " image, and what pulls that were broken off have left.");
    spec.addOption(flag("Also images that have a name, if no container uses them", "-a", "--all"));
    spec.addOption(flag("Do not ask", "-f", "--force"));
    spec.addOption(
        texts("KEY=VALUE", "Only images for which this holds: label, label!, until", "--filter"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    boolean all = isSet(parsed, "--all");
    if (!isSet(parsed, "--force") && !confirmed(session, all)) {
      return 0;
    }
    session.prepare();
    long bytes = prune(session, all, values(parsed, "--filter"));
    session.front().out("Total reclaimed space: " + Human.size(bytes) + "\n");
    return 0;
  }

  /// Removes them, and prints which.
  ///
  /// @param texts filters of images, as a user writes them
  /// @return how many bytes became free
  public static long prune(Session session, boolean all, List<String> texts) throws Exception {
    ImageFilters filters =
        new ImageFilters(
            Filters.parse(texts, "label", "label!", "until"),
            session.images().store(),
            Map.of(),
            Instant.now());
    session.images().store().sweep();
    session.imageMounts().sweep();
    Cleanup cleanup = new Cleanup(session.images(), session.containers());
    StringBuilder deleted = new StringBuilder();
    for (StoredImage image : cleanup.unused(all)) {
      if (!filters.fits(image)) {
        continue;
      }
      for (String name : cleanup.forget(image)) {
        deleted.append("untagged: ").append(name).append('\n');
        session.events().image("untag", image.id().toString(), name);
      }
      session.events().image("delete", image.id().toString(), image.id().toString());
      deleted.append("deleted: ").append(image.id()).append('\n');
    }
    Collected collected = cleanup.collect(Duration.ZERO);
    session
        .events()
        .record("image", "prune", "", Map.of("reclaimed", Long.toString(collected.bytes())));
    if (!deleted.isEmpty()) {
      session.front().out("Deleted Images:\n" + deleted + "\n");
    }
    return collected.bytes();
  }

  private static boolean confirmed(Session session, boolean all) throws Exception {
    return Confirmation.given(
        session.front(),
        "WARNING! This will remove all "
            + (all ? "images without at least one container" : "dangling images")
            + ".\n");
  }
}

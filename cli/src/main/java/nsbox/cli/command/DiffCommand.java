package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Visible;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerRecord;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.snapshot.Driver;
import nsbox.snapshot.Drivers;
import nsbox.snapshot.RootMount;
import nsbox.snapshot.TreeChanges;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox diff`: which files a container has added, changed or deleted.
public final class DiffCommand implements Command {
  /* What nsbox puts there itself, in every container; podman leaves out the same. */
  private static final Set<String> OURS =
      Set.of(
          "/dev",
          "/etc/hostname",
          "/etc/hosts",
          "/etc/mtab",
          "/etc/resolv.conf",
          "/proc",
          "/run",
          "/run/.containerenv",
          "/run/secrets",
          "/sys");

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "diff",
            "[OPTIONS] CONTAINER",
            "Show what a container has added (A), changed (C) or deleted (D).");
    spec.addOption(text("FORMAT", "json: an object with three lists", "--format"));
    spec.addOption(flag("The container that was created last", "-l", "--latest"));
    spec.addPositional(Model.optionalParameters("CONTAINER", "Name or ID"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    Optional<String> format = optional(parsed, "--format");
    if (format.isPresent() && !format.get().equals("json")) {
      throw new Failure("--format " + format.get() + ": only json is supported");
    }
    session.prepare();
    ContainerChoice.One choice = ContainerChoice.one(parsed, session, positionals(parsed));
    if (!choice.rest().isEmpty()) {
      throw new Failure("diff takes one container, not also " + choice.rest().getFirst());
    }
    List<TreeChanges.Change> changes = changes(session, choice.folder());
    session.front().out(format.isPresent() ? json(changes) : lines(changes));
    return 0;
  }

  private static List<TreeChanges.Change> changes(Session session, ContainerFolder folder)
      throws IOException, Failure {
    ContainerRecord record = folder.record();
    Driver driver = Drivers.named(record.driver(), session.images().snapshots());
    RootMount tree = driver == null ? null : driver.mounts(record.layers(), folder.lasting());
    if (!(tree instanceof RootMount.Overlay overlay)) {
      throw new Failure(
          "cannot tell what container "
              + record.name()
              + " has changed\n  Its changes are not kept apart: it is no overlay.");
    }
    return TreeChanges.of(
        overlay.writable().orElseThrow().upper(), overlay.lowers(), overlay.userAttributes(), OURS);
  }

  private static String lines(List<TreeChanges.Change> changes) {
    StringBuilder text = new StringBuilder();
    for (TreeChanges.Change change : changes) {
      text.append(change.kind()).append(' ').append(Visible.text(change.path())).append('\n');
    }
    return text.toString();
  }

  private static String json(List<TreeChanges.Change> changes) {
    JsonObject object = new JsonObject();
    String[] names = {"added", "changed", "deleted"};
    for (TreeChanges.Kind kind : TreeChanges.Kind.values()) {
      List<Object> paths = new ArrayList<>();
      for (TreeChanges.Change change : changes) {
        if (change.kind() == kind) {
          paths.add(change.path());
        }
      }
      if (!paths.isEmpty()) {
        object.put(names[kind.ordinal()], paths);
      }
    }
    return Json.text(object) + "\n";
  }
}

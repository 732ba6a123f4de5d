package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.optional;
import static nsbox.cli.Model.positionals;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Errno;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.JsonForm;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerMounts;
import nsbox.engine.ContainerRecord;
import nsbox.engine.MountException;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox mount`: shows the root file systems of containers on the host.
public final class MountCommand implements Command {
  private record Mounted(ContainerRecord record, Path path) {}

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "mount",
            "[OPTIONS] [CONTAINER...]",
            "Mount the root file systems of containers on the host, and print where.",
            "What is mounted already is not mounted again: it counts how often it was. Without a"
                + " name, list what is mounted.");
    spec.addOption(flag("Mount all containers", "-a", "--all"));
    spec.addOption(text("json", "Print JSON", "--format"));
    spec.addOption(flag("The container that was created last", "-l", "--latest"));
    spec.addOption(flag("List whole IDs", "--no-trunc", "--notruncate"));
    spec.addPositional(Model.optionalParameters("CONTAINER", "Names or IDs"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    List<String> names = positionals(parsed);
    boolean all = isSet(parsed, "--all");
    boolean latest = isSet(parsed, "--latest");
    if ((all ? 1 : 0) + (latest ? 1 : 0) + (names.isEmpty() ? 0 : 1) > 1) {
      throw new Failure("--all, --latest and names of containers cannot be used together");
    }
    Optional<String> format = optional(parsed, "--format");
    if (format.isPresent() && !format.get().equals("json")) {
      throw new Failure("unknown --format argument: \"" + format.get() + "\"");
    }
    session.prepare();
    List<ContainerFolder> chosen = new ArrayList<>();
    if (latest) {
      chosen.add(ContainerChoice.one(parsed, session, names).folder());
    }
    for (String name : names) {
      chosen.add(Lookup.container(session, name));
    }
    boolean lists = chosen.isEmpty() && !all;
    List<Mounted> mounted =
        lists ? list(session) : mount(session, all ? session.containers().list() : chosen);
    if (format.isPresent()) {
      session.front().out(json(mounted));
    } else if (!lists && !all && mounted.size() == 1) {
      session.front().out(mounted.getFirst().path() + "\n");
    } else {
      session.front().out(table(mounted, isSet(parsed, "--no-trunc")));
    }
    return 0;
  }

  private static List<Mounted> mount(Session session, List<ContainerFolder> folders)
      throws Exception {
    ContainerMounts mounts =
        new ContainerMounts(
            session.containers(), session.images(), session.front(), session.caller());
    List<Mounted> mounted = new ArrayList<>();
    for (ContainerFolder folder : folders) {
      ContainerRecord record = folder.record();
      try {
        mounted.add(new Mounted(record, mounts.mount(folder)));
      } catch (MountException e) {
        throw new Failure(
            "cannot mount container " + record.name() + ": " + Errno.text(e.errno()), e);
      }
    }
    return mounted;
  }

  private static List<Mounted> list(Session session) throws IOException {
    List<Mounted> mounted = new ArrayList<>();
    for (ContainerFolder folder : session.containers().list()) {
      try {
        Optional<Path> path = ContainerMounts.of(folder);
        if (path.isPresent()) {
          mounted.add(new Mounted(folder.record(), path.get()));
        }
      } catch (NoSuchFileException e) {
        continue; // just removed
      }
    }
    return mounted;
  }

  private static String table(List<Mounted> mounted, boolean whole) {
    StringBuilder text = new StringBuilder();
    for (Mounted mount : mounted) {
      text.append(whole ? mount.record().id() : mount.record().shortId());
      text.append("  ").append(mount.path()).append('\n');
    }
    return text.toString();
  }

  private static String json(List<Mounted> mounted) {
    List<JsonObject> list = new ArrayList<>();
    for (Mounted mount : mounted) {
      list.add(
          new JsonObject()
              .put("id", mount.record().id())
              .put("Names", List.of(mount.record().name()))
              .put("mountpoint", mount.path().toString()));
    }
    return JsonForm.pretty(list) + "\n";
  }
}

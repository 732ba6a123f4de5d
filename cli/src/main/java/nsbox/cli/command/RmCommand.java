package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.Signals;
import nsbox.cli.volume.VolumeLookup;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerMaker;
import nsbox.engine.ContainerMounts;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;
import nsbox.engine.DamagedContainerException;
import nsbox.engine.Volume;
import nsbox.engine.Volumes;
import nsbox.json.JsonObject;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox rm`: removes containers.
public final class RmCommand implements Command {
  private static final int RUNNING = 2;
  private static final int TRIES = 10;

  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command("rm", "[OPTIONS] CONTAINER...", "Remove containers and all their files.");
    spec.addOption(
        flag(
            "Remove also those that run, and do not miss those that are not there",
            "-f",
            "--force"));
    spec.addOption(
        text(
            "SECONDS", "With --force: time before SIGKILL (0); -1 waits for ever", "-t", "--time"));
    spec.addOption(flag("Also volumes without a name that were made for them", "-v", "--volumes"));
    spec.addOption(flag("Also those that share their namespaces, before them", "--depend"));
    spec.addOption(flag("Those that are not there are no failure", "-i", "--ignore"));
    ContainerChoice.addManyTo(spec, "All containers", "-a", "--all");
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    boolean force = isSet(parsed, "--force");
    int seconds = StopOptions.seconds(parsed).orElse(0);
    session.prepare();
    ContainerChoice.Many choice = ContainerChoice.many(parsed, session, ContainerChoice.Wanted.ALL);
    boolean volumes = isSet(parsed, "--volumes");
    boolean ignores = force || choice.ignoresMissing();
    if (!isSet(parsed, "--depend")) {
      return EachContainer.together(
          session,
          new ContainerChoice.Many(choice.names(), ignores),
          folder -> begin(session, folder, force, seconds, volumes));
    }
    Dependents dependents = Dependents.of(session, choice.names());
    return EachContainer.run(
        session,
        new ContainerChoice.Many(dependents.names(), ignores),
        folder -> {
          dependents.checkGone(session, folder);
          remove(session, folder, force, seconds, volumes);
        });
  }

  /// @param seconds before SIGKILL
  /// @param volumes whether those go too that were made for it alone
  static void remove(
      Session session, ContainerFolder folder, boolean force, int seconds, boolean volumes)
      throws Exception {
    EachContainer.Begun begun = begin(session, folder, force, seconds, volumes);
    Ending.killLate(List.of(begun.ending()));
    begun.rest().run();
  }

  private static EachContainer.Begun begin(
      Session session, ContainerFolder folder, boolean force, int seconds, boolean volumes)
      throws Exception {
    ContainerRecord record;
    ContainerState state;
    try {
      record = folder.record();
      state = folder.state();
    } catch (DamagedContainerException e) {
      if (!force) {
        throw e;
      }
      return new EachContainer.Begun(
          Ending.none(session, folder), () -> Removal.removeDamaged(session, folder));
    }
    String name = record.name();
    if (!force && ContainerMounts.of(folder).isPresent()) {
      throw new Failure(
          RUNNING,
          "cannot remove container "
              + name
              + " as it is mounted on the host - mounted containers cannot be removed without force"
              + "\n  Unmount it first: nsbox unmount "
              + name
              + "; or use: nsbox rm -f "
              + name,
          null);
    }
    boolean runs =
        state instanceof ContainerState.Running || state instanceof ContainerState.Restarting;
    if (runs && !force) {
      throw new Failure(
          RUNNING,
          "cannot remove container "
              + name
              + " as it is running - running or paused containers cannot be removed without"
              + " force: container state improper\n  Stop it first, or use: nsbox rm -f "
              + name,
          null);
    }
    EachContainer.Begun begun = end(session, folder, runs, seconds);
    return new EachContainer.Begun(
        begun.ending(),
        () -> {
          begun.rest().run();
          remove(session, folder, record, force, seconds, volumes);
        });
  }

  private static EachContainer.Begun end(
      Session session, ContainerFolder folder, boolean runs, int seconds) throws Exception {
    if (runs && seconds != 0) {
      return new StopOptions(Optional.empty(), Optional.of(seconds)).begin(session, folder);
    }
    Ending ending =
        runs ? Ending.begin(session, folder, Signals.KILL, -1) : Ending.none(session, folder);
    return new EachContainer.Begun(ending, ending::finish);
  }

  /* One that has ended. */
  private static void remove(
      Session session,
      ContainerFolder folder,
      ContainerRecord record,
      boolean force,
      int seconds,
      boolean volumes)
      throws Exception {
    ContainerMaker maker = new ContainerMaker(session.containers(), session.caller());
    for (int tries = 1; !maker.claimExisting(folder); tries++) {
      if (!force || tries == TRIES) {
        throw new Failure(
            RUNNING,
            "cannot remove container "
                + record.name()
                + ": it is just being started, or is ending\n  Try again in a moment"
                + (force ? "." : ", or use: nsbox rm -f " + record.name()),
            null);
      }
      /* Whoever starts it may be done before we see it. */
      endAgain(session, folder, seconds);
      Stopping.endMonitor(session, folder);
    }
    boolean first = Removal.remove(session, folder, record.name());
    if (volumes || record.autoRemove()) {
      removeVolumes(session, record);
    }
    if (first) {
      session.events().container("destroy", record);
    }
  }

  private static void endAgain(Session session, ContainerFolder folder, int seconds)
      throws Exception {
    if (Files.exists(folder.recordFile())) {
      EachContainer.Begun again = end(session, folder, true, seconds);
      Ending.killLate(List.of(again.ending()));
      again.rest().run();
    }
  }

  /* One that another container uses as well stays until that is removed. */
  private static void removeVolumes(Session session, ContainerRecord record) throws IOException {
    Volumes volumes = VolumeLookup.volumes(session);
    List<Path> files = new ArrayList<>();
    for (JsonObject mount : record.json().objects("mounts")) {
      Optional<Volume> volume =
          mount.flag("Anonymous") ? volumes.find(mount.string("Name")) : Optional.empty();
      if (volume.isPresent()) {
        volumes.withdraw(volume.get()).ifPresent(files::add);
      }
    }
    if (!files.isEmpty()) {
      VolumeLookup.removeFiles(session, files);
    }
  }
}

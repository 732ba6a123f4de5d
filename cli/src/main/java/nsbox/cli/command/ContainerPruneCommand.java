package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.nio.file.NoSuchFileException;
import java.util.Map;
import nsbox.cli.Command;
import nsbox.cli.Confirmation;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Human;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerMaker;
import nsbox.engine.ContainerMounts;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;
import nsbox.engine.DamagedContainerException;
import nsbox.engine.DiskUse;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox container prune`: removes all containers that do not run.
public final class ContainerPruneCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "container prune",
            "[OPTIONS]",
            "Remove all containers that neither run nor are mounted on the host.");
    spec.addOption(flag("Do not ask", "-f", "--force"));
    spec.addOption(texts("KEY=VALUE", "Only those for which this holds", "--filter"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    if (!isSet(parsed, "--force")
        && !Confirmation.given(
            session.front(), "WARNING! This will remove all stopped containers.\n")) {
      return 0;
    }
    session.prepare();
    session
        .front()
        .out(
            "Total reclaimed space: "
                + Human.size(
                    prune(session, ContainerFilters.parse(values(parsed, "--filter"), session)))
                + "\n");
    return 0;
  }

  /// Removes them, and prints which. One that is just being started is left.
  ///
  /// @return how many bytes became free
  static long prune(Session session, ContainerFilters filters) throws Exception {
    ContainerMaker maker = new ContainerMaker(session.containers(), session.caller());
    StringBuilder deleted = new StringBuilder();
    long bytes = 0;
    for (ContainerFolder folder : session.containers().list()) {
      if (!isOver(session, folder, filters) || !maker.claimExisting(folder)) {
        continue;
      }
      try {
        ContainerRecord record = folder.record();
        long size = DiskUse.bytes(folder);
        if (Removal.remove(session, folder, record.name())) {
          session.events().container("destroy", record);
        }
        bytes += size;
        deleted.append(folder.id()).append('\n');
      } catch (NoSuchFileException e) {
        Removal.release(session, folder); // another command was quicker
      }
    }
    if (!deleted.isEmpty()) {
      session.front().out("Deleted Containers:\n" + deleted + "\n");
    }
    session.events().record("container", "prune", "", Map.of("reclaimed", Long.toString(bytes)));
    return bytes;
  }

  private static boolean isOver(Session session, ContainerFolder folder, ContainerFilters filters)
      throws Exception {
    try {
      ContainerState state = folder.state();
      boolean over =
          state instanceof ContainerState.Created || state instanceof ContainerState.Exited;
      return over
          && ContainerMounts.of(folder).isEmpty()
          && filters.match(folder, folder.record(), state);
    } catch (NoSuchFileException e) {
      return false; // just removed
    } catch (DamagedContainerException e) {
      ContainerChoice.warn(session, e);
      return false;
    }
  }
}

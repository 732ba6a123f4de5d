package nsbox.cli.volume;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Confirmation;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.output.Human;
import nsbox.engine.Volume;
import nsbox.engine.Volumes;
import nsbox.snapshot.TreeSize;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox volume prune`: removes volumes that no container uses.
public final class VolumePruneCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "volume prune",
            "[OPTIONS]",
            "Remove volumes that were made for a container that is gone.");
    spec.addOption(flag("Also volumes with a name, if no container uses them", "-a", "--all"));
    spec.addOption(flag("Do not ask", "-f", "--force"));
    spec.addOption(
        texts("KEY=VALUE", "Remove only what fits: label, label!, until, all", "--filter"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    VolumeFilters filters = VolumeFilters.parse(values(parsed, "--filter"));
    boolean all = isSet(parsed, "--all") || filters.asksForAll();
    String warning =
        "WARNING! This will remove "
            + (all ? "all" : "anonymous")
            + " local volumes not used by at least one container.\n";
    if (!isSet(parsed, "--force") && !Confirmation.given(session.front(), warning)) {
      return 0;
    }
    session.prepare();
    long bytes = prune(session, all, filters);
    session.front().out("Total reclaimed space: " + Human.size(bytes) + "\n");
    return 0;
  }

  /// Removes volumes that no container uses and that fit, and names them.
  ///
  /// @param all also those with a name
  /// @param filters as a user writes them
  /// @return how many bytes their files took up
  public static long prune(Session session, boolean all, List<String> filters) throws Exception {
    return prune(session, all, VolumeFilters.parse(filters));
  }

  private static long prune(Session session, boolean all, VolumeFilters filters) throws Exception {
    Volumes volumes = VolumeLookup.volumes(session);
    StringBuilder deleted = new StringBuilder();
    List<Path> files = new ArrayList<>(volumes.rubbish());
    for (Volume volume : volumes.list()) {
      if ((all || volume.isAnonymous()) && filters.fits(volume, false)) {
        Optional<Path> withdrawn = volumes.withdraw(volume);
        if (withdrawn.isPresent()) {
          files.add(withdrawn.get());
          deleted.append(volume.name()).append('\n');
        }
      }
    }
    long bytes = 0;
    for (Path folder : files) {
      bytes += TreeSize.bytes(folder.resolve("_data"));
    }
    VolumeLookup.removeFiles(session, files);
    session.events().record("volume", "prune", "", Map.of("reclaimed", Long.toString(bytes)));
    if (!deleted.isEmpty()) {
      session.front().out("Deleted Volumes:\n" + deleted + "\n");
    }
    return bytes;
  }
}

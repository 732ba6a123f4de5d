package nsbox.cli.command;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.util.List;
import nsbox.cli.Command;
import nsbox.cli.Confirmation;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.cli.image.ImagePruneCommand;
import nsbox.cli.network.NetworkPruneCommand;
import nsbox.cli.output.Filters;
import nsbox.cli.output.Human;
import nsbox.cli.volume.VolumePruneCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox system prune`: removes all that nobody uses.
public final class SystemPruneCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "system prune",
            "[OPTIONS]",
            "Remove containers that do not run, then networks and images that no container uses.");
    spec.addOption(flag("Also images that have a name", "-a", "--all"));
    spec.addOption(flag("Do not ask", "-f", "--force"));
    spec.addOption(flag("Also volumes without a name that no container uses", "--volumes"));
    spec.addOption(
        texts("KEY=VALUE", "Only that for which this holds: label, label!, until", "--filter"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    boolean all = isSet(parsed, "--all");
    boolean volumes = isSet(parsed, "--volumes");
    List<String> filters = values(parsed, "--filter");
    /* Before anything is asked or removed. */
    Filters known = Filters.parse(filters, "label", "label!", "until");
    if (volumes && !known.values("until").isEmpty()) {
      throw new Failure("the \"until\" filter is not supported with \"--volumes\"");
    }
    if (!isSet(parsed, "--force")
        && !Confirmation.given(
            session.front(),
            "WARNING! This will remove:\n  - all stopped containers\n"
                + "  - all networks not used by at least one container\n"
                + (volumes ? "  - all anonymous volumes not used by at least one container\n" : "")
                + "  - all "
                + (all
                    ? "images without at least one container associated to them"
                    : "dangling images")
                + "\n\n")) {
      return 0;
    }
    session.prepare();
    long bytes = ContainerPruneCommand.prune(session, ContainerFilters.parse(filters, session));
    NetworkPruneCommand.prune(session, filters);
    if (volumes) {
      bytes += VolumePruneCommand.prune(session, false, filters);
    }
    bytes += ImagePruneCommand.prune(session, all, filters);
    session.front().out("Total reclaimed space: " + Human.size(bytes) + "\n");
    return 0;
  }
}

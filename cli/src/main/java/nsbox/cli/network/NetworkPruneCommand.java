package nsbox.cli.network;

import static nsbox.cli.Model.flag;
import static nsbox.cli.Model.isSet;
import static nsbox.cli.Model.texts;
import static nsbox.cli.Model.values;

import java.util.List;
import java.util.Map;
import java.util.Set;
import nsbox.cli.Command;
import nsbox.cli.Confirmation;
import nsbox.cli.Failure;
import nsbox.cli.Model;
import nsbox.cli.Session;
import nsbox.network.Network;
import nsbox.network.NetworkInUseException;
import nsbox.network.Networks;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// `nsbox network prune`: removes networks that no container is on or names.
public final class NetworkPruneCommand implements Command {
  @Override
  public CommandSpec spec() {
    CommandSpec spec =
        Model.command(
            "network prune", "[OPTIONS]", "Remove networks that no container is on, or is to be.");
    spec.addOption(flag("Do not ask", "-f", "--force"));
    spec.addOption(texts("KEY=VALUE", "Remove only what fits: label, label!, until", "--filter"));
    return spec;
  }

  @Override
  public int run(ParseResult parsed, Session session) throws Exception {
    NetworkFilters filters = NetworkFilters.ofPrune(values(parsed, "--filter"));
    if (!isSet(parsed, "--force")
        && !Confirmation.given(
            session.front(),
            "WARNING! This will remove all custom networks not used by at least one container.\n")) {
      return 0;
    }
    session.prepare();
    prune(session, filters);
    return 0;
  }

  /// Removes networks that no container uses and that fit, and names them.
  ///
  /// @param filters as a user writes them
  public static void prune(Session session, List<String> filters) throws Exception {
    prune(session, NetworkFilters.ofPrune(filters));
  }

  private static void prune(Session session, NetworkFilters filters) throws Exception {
    NetworkLookup.finishOthers(session);
    Set<String> named = NetworkUse.named(session);
    StringBuilder deleted = new StringBuilder();
    for (Network network : NetworkLookup.networks(session).list()) {
      if (!Networks.isPredefined(network.name())
          && filters.fits(network, false)
          && !NetworkUse.isUsed(session, network, named)
          && isRemoved(session, network)) {
        deleted.append(network.name()).append('\n');
      }
    }
    session.events().record("network", "prune", "", Map.of("reclaimed", "0"));
    if (!deleted.isEmpty()) {
      session.front().out("Deleted Networks:\n" + deleted + "\n");
    }
  }

  /* Since the look somebody may have begun to use it. */
  private static boolean isRemoved(Session session, Network network) throws Exception {
    try {
      return NetworkLookup.remove(session, network);
    } catch (Failure e) {
      if (e.getCause() instanceof NetworkInUseException) {
        return false;
      }
      throw e;
    }
  }
}

package nsbox.cli.network;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.cli.named.ExistsCommand;
import nsbox.engine.Front;
import nsbox.engine.NetworkRemoval;
import nsbox.network.DamagedNetworkException;
import nsbox.network.Network;
import nsbox.network.NetworkException;
import nsbox.network.NetworkInUseException;
import nsbox.network.Networks;
import nsbox.network.cni.CniNetwork;
import nsbox.runtime.program.Program;

/// Networks as users name them, and how they go.
public final class NetworkLookup {
  static final int REFUSED = 1;

  /* As docker names them. */
  static final String HOST_DRIVER = "host";
  static final String NONE_DRIVER = "null";

  /* The same everywhere, for there is nothing of them on the disk. */
  private static final String HOST_ID =
      "793817eb89e7ac710b14f2b92120bbfc11c3851c80a9b8126cc759d81090958b";
  private static final String NONE_ID =
      "62e765887f7d841f50fd2cb4e75c9fe30a0991141aae8bc99f8555321c6263c4";

  private NetworkLookup() {}

  public static Networks networks(Session session) {
    return session.containers().networks();
  }

  /// All networks, by name, those too that are always there.
  static List<Network> all(Session session) throws IOException, Failure {
    return all(session, new ArrayList<>());
  }

  /// @param damaged takes what is wrong with those that cannot be read
  static List<Network> all(Session session, List<DamagedNetworkException> damaged)
      throws IOException, Failure {
    Networks networks = networks(session);
    Network first = defaultNetwork(networks);
    List<Network> all = new ArrayList<>(networks.list(damaged));
    all.addAll(CniLists.networks(session, all));
    all.add(predefined(HOST_ID, Networks.HOST, HOST_DRIVER, first));
    all.add(predefined(NONE_ID, Networks.NONE, NONE_DRIVER, first));
    all.sort((one, other) -> NaturalOrder.compare(one.name(), other.name()));
    return all;
  }

  private static Network defaultNetwork(Networks networks) throws IOException, Failure {
    try {
      return networks.defaultNetwork();
    } catch (NetworkException e) {
      throw new Failure(REFUSED, "cannot make network bridge: " + e.getMessage(), e);
    }
  }

  private static Network predefined(String id, String name, String driver, Network first) {
    return new Network(
        id, name, driver, "", 0, List.of(), false, Map.of(), Map.of(), first.createdNanos());
  }

  /// By name, by ID or by the beginning of just one ID.
  ///
  /// @throws Failure if there is none, or more than one ID begins so
  static Network network(Session session, String nameOrId) throws IOException, Failure {
    Optional<Network> found = find(session, nameOrId);
    return found.orElseThrow(() -> missing(nameOrId));
  }

  static Failure missing(String nameOrId) {
    return new Failure(REFUSED, "network " + nameOrId + " not found", null);
  }

  /// As above, or nothing if there is none.
  static Optional<Network> find(Session session, String nameOrId) throws IOException, Failure {
    /* What is damaged is in no list. */
    networks(session).find(nameOrId);
    List<Network> all = all(session);
    for (Network network : all) {
      if (network.name().equals(nameOrId)) {
        return Optional.of(network);
      }
    }
    Optional<Network> found = Optional.empty();
    for (Network network : all) {
      if (!nameOrId.isEmpty() && network.id().startsWith(nameOrId)) {
        if (found.isPresent()) {
          throw new Failure(
              REFUSED,
              "network "
                  + nameOrId
                  + " is ambiguous: the IDs of "
                  + found.get().name()
                  + " and "
                  + network.name()
                  + " begin so",
              null);
        }
        found = Optional.of(network);
      }
    }
    return found;
  }

  /// `nsbox network exists`.
  public static Command existsCommand() {
    return new ExistsCommand(
        "network", "Name or ID", (session, name) -> find(session, name).isPresent());
  }

  /// Removes a network that no container is on.
  ///
  /// @return false if another command was quicker
  /// @throws Failure if a container is on it, or if it is always there
  static boolean remove(Session session, Network network) throws IOException, Failure {
    if (Networks.isPredefined(network.name())) {
      throw new Failure(
          REFUSED, network.name() + " is a pre-defined network and cannot be removed", null);
    }
    Optional<CniNetwork> cni = CniLists.find(session, network);
    if (cni.isPresent()) {
      throw new Failure(
          REFUSED,
          "network "
              + network.name()
              + " is not nsbox's: it is configured in "
              + cni.get().file()
              + "\n  To be rid of it, remove that file.",
          null);
    }
    try {
      Optional<Networks.Removed> removed = networks(session).remove(network, session.containers());
      if (removed.isEmpty()) {
        return false;
      }
      tell(session, "destroy", network);
      finish(session, List.of(removed.get()));
      return true;
    } catch (NetworkInUseException e) {
      throw new Failure(REFUSED, e.getMessage() + " (" + names(session, e.containerIds()) + ")", e);
    } catch (NetworkException e) {
      throw new Failure(REFUSED, e.getMessage(), e);
    }
  }

  private static String names(Session session, List<String> ids) {
    StringBuilder names = new StringBuilder();
    for (String id : ids) {
      names.append(names.isEmpty() ? "" : ", ");
      names.append("name:\"").append(NetworkUse.name(session, id)).append("\" id:\"");
      names.append(id, 0, Math.min(id.length(), 12)).append('"');
    }
    return names.toString();
  }

  /// Ends the removals of those who were killed.
  static void finishOthers(Session session) throws IOException {
    finish(session, networks(session).halfRemoved());
  }

  private static void finish(Session session, List<Networks.Removed> removed) throws IOException {
    if (removed.isEmpty()) {
      return;
    }
    Program program = Program.of(NetworkRemoval.steps(session.roots(), removed));
    Front.Outcome outcome = session.front().run(program.encode());
    if (!outcome.succeeded()) {
      throw new IOException(
          "cannot take away all of network "
              + removed.getFirst().network().name()
              + " (step "
              + (outcome.index() + 1)
              + ", error "
              + outcome.errno()
              + "); the next removal of a network tries again");
    }
  }

  /// Records what happened to a network.
  static void tell(Session session, String action, Network network) {
    session
        .events()
        .record(
            "network",
            action,
            network.id(),
            Map.of("name", network.name(), "type", network.driver()));
  }
}

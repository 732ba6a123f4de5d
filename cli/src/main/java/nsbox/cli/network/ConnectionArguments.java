package nsbox.cli.network;

import java.util.List;
import java.util.Map;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import nsbox.network.Network;
import nsbox.network.Networks;

/// A network and a container, as `network connect` and `network disconnect` name them.
final class ConnectionArguments {
  private ConnectionArguments() {}

  /// The first word.
  static Network network(Session session, List<String> words) throws Exception {
    if (words.size() > 2) {
      throw new Failure("network connect and disconnect take a network and a container, not more");
    }
    Network network = NetworkLookup.network(session, words.getFirst());
    if (Networks.isPredefined(network.name()) && !network.isBridge()) {
      throw new Failure(
          NetworkLookup.REFUSED,
          "a container is on network "
              + network.name()
              + " from its beginning or never\n  Use: nsbox run --network "
              + network.name(),
          null);
    }
    return network;
  }

  /// The second.
  static ContainerFolder container(Session session, List<String> words) throws Exception {
    return session
        .containers()
        .find(words.getLast())
        .orElseThrow(() ->
            new Failure(
                NetworkLookup.REFUSED,
                "no container with name or ID \"" + words.getLast() + "\" found: no such container",
                null));
  }

  /// Records what happened, as docker does.
  static void tell(Session session, String action, Network network, ContainerFolder folder) {
    session
        .events()
        .record(
            "network",
            action,
            network.id(),
            Map.of("container", folder.id(), "name", network.name(), "type", network.driver()));
  }
}

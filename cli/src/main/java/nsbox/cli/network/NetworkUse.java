package nsbox.cli.network;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import nsbox.cli.Session;
import nsbox.engine.CniEndpoints;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerNetworks;
import nsbox.engine.ContainerRecord;
import nsbox.engine.Containers;
import nsbox.engine.DamagedContainerException;
import nsbox.json.JsonObject;
import nsbox.network.Attachment;
import nsbox.network.Network;

/// Which containers are on networks, and which only name them.
final class NetworkUse {
  private NetworkUse() {}

  /// Names, or IDs, of all networks that a container is to be on, also of containers that do not
  /// run.
  static Set<String> named(Session session) throws IOException {
    Set<String> names = new HashSet<>();
    for (ContainerFolder folder : session.containers().list()) {
      try {
        for (Attachment network : folder.record().networks()) {
          names.add(network.network());
        }
      } catch (NoSuchFileException e) {
        continue; // just removed
      } catch (DamagedContainerException e) {
        continue; // all lists tell of it
      }
    }
    return names;
  }

  /// Whether a container is on it, or is to be when it runs.
  static boolean isUsed(Session session, Network network, Set<String> named) throws IOException {
    Containers containers = session.containers();
    return named.contains(network.name())
        || named.contains(network.id())
        || !NetworkLookup.networks(session).users(network, containers).isEmpty();
  }

  /// The containers that are on it now, in docker's words: by ID.
  static Map<String, JsonObject> endpoints(Session session, Network network) throws IOException {
    Containers containers = session.containers();
    Map<String, JsonObject> endpoints = new TreeMap<>();
    List<String> users =
        CniLists.find(session, network).isPresent()
            ? CniEndpoints.users(session.roots(), network.name())
            : NetworkLookup.networks(session).users(network, containers);
    for (String id : users) {
      for (JsonObject state : ContainerNetworks.state(containers.folder(id))) {
        if (state.string("networkId").equals(network.id())) {
          endpoints.put(
              id,
              new JsonObject()
                  .put("Name", name(session, id))
                  .put("EndpointID", network.endpointId(id))
                  .put("MacAddress", state.string("mac"))
                  .put("IPv4Address", address(state, "ip", "prefix"))
                  .put("IPv6Address", address(state, "ip6", "prefix6")));
        }
      }
    }
    return endpoints;
  }

  private static String address(JsonObject state, String name, String length) throws IOException {
    return state.has(name) ? state.string(name) + "/" + state.number(length) : "";
  }

  /// A container's name, or its ID while it has none yet.
  static String name(Session session, String id) {
    try {
      ContainerRecord record = session.containers().folder(id).record();
      return record.name();
    } catch (IOException e) {
      return id;
    }
  }
}

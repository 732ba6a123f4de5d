package nsbox.cli.network;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerRecord;
import nsbox.engine.Containers;
import nsbox.engine.DamagedContainerException;
import nsbox.json.JsonObject;
import nsbox.network.Address;
import nsbox.network.Leases;
import nsbox.network.Network;
import nsbox.network.Pool;

/// Which containers are on networks, and which only name them.
final class NetworkUse {
  private NetworkUse() {}

  /// Names of all networks that a container is to be on, also of containers that do not run.
  static Set<String> named(Session session) throws IOException {
    Set<String> names = new HashSet<>();
    for (ContainerFolder folder : session.containers().list()) {
      try {
        for (JsonObject network : folder.record().json().objects("networks")) {
          names.add(network.string("name"));
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
        || !containers.networks().users(network, containers).isEmpty();
  }

  /// The containers that are on it now, in docker's words: by ID.
  static JsonObject endpoints(Session session, Network network) throws IOException {
    Containers containers = session.containers();
    TreeMap<String, JsonObject> endpoints = new TreeMap<>();
    for (String id : containers.networks().users(network, containers)) {
      endpoints.put(
          id,
          new JsonObject()
              .put("Name", name(session, id))
              .put("EndpointID", network.endpointId(id))
              .put("MacAddress", "")
              .put("IPv4Address", "")
              .put("IPv6Address", ""));
    }
    for (Leases.Lease lease : new Leases(containers.networks()).list(network)) {
      JsonObject endpoint = endpoints.get(lease.containerId());
      if (endpoint != null) {
        addAddress(endpoint, network, lease.address());
      }
    }
    for (var endpoint : endpoints.entrySet()) {
      mac(session, endpoint.getKey(), network)
          .ifPresent(mac -> endpoint.getValue().put("MacAddress", mac));
    }
    JsonObject object = new JsonObject();
    endpoints.forEach(object::put);
    return object;
  }

  private static void addAddress(JsonObject endpoint, Network network, Address address) {
    Optional<Pool> pool = network.pool(address.isVersion6());
    int length = pool.isEmpty() ? address.bits() : pool.get().subnet().length();
    endpoint.put(address.isVersion6() ? "IPv6Address" : "IPv4Address", address + "/" + length);
    if (!address.isVersion6()) {
      StringBuilder mac = new StringBuilder();
      byte[] bytes = address.bytes();
      for (int value : new int[] {0x02, 0x42, bytes[0], bytes[1], bytes[2], bytes[3]}) {
        mac.append(mac.isEmpty() ? "" : ":");
        mac.append(Character.forDigit(value >> 4 & 15, 16))
            .append(Character.forDigit(value & 15, 16));
      }
      endpoint.put("MacAddress", mac.toString());
    }
  }

  /* One that was asked for. */
  private static Optional<String> mac(Session session, String id, Network network)
      throws IOException {
    try {
      for (JsonObject entry : session.containers().folder(id).record().json().objects("networks")) {
        if (entry.string("name").equals(network.name())) {
          return entry.optionalString("mac");
        }
      }
    } catch (NoSuchFileException | DamagedContainerException e) {
      return Optional.empty(); // still in the making, or damaged, which all lists tell
    }
    return Optional.empty();
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

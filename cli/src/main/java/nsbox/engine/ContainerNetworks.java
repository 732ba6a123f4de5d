package nsbox.engine;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.network.Attachment;
import nsbox.network.Network;
import nsbox.network.NetworkException;
import nsbox.network.Networks;
import nsbox.network.PublishedPort;
import nsbox.network.join.Endpoint;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;

/// The networks that a container is on while it runs.
///
/// Its run folder has a program for each, by which the monitor joins and leaves; so networks may
/// come and go while it runs, and whoever finds the monitor dead leaves them all in its place.
public final class ContainerNetworks {
  /// What stands behind it in a container's hosts file is of its networks.
  static final String HOSTS_MARK = "# The addresses on its networks, as nsbox keeps them:\n";

  private static final String FOLDER = "networks";
  private static final String SHARED = ".shared";
  static final String GENERATION = "generation";

  private final Containers containers;
  private final ContainerFolder folder;
  private final ContainerRecord record;

  public ContainerNetworks(Containers containers, ContainerFolder folder, ContainerRecord record) {
    this.containers = containers;
    this.folder = folder;
    this.record = record;
  }

  static Path runFolder(StateRoots roots) {
    return roots.run().resolve(Networks.RUN_FOLDER);
  }

  /// Whether the container may be on networks: one that shares the host's or another's, or is to
  /// have none, may not.
  static boolean mayHave(ContainerRecord record) {
    return record.json().has("networks");
  }

  /// Takes an address on each network, and writes down how to join. To be called before the
  /// container is started, by who has claimed its run folder; what was taken goes with that.
  ///
  /// @param config its config.json
  /// @param caller of the plugins, for networks that are not ours
  /// @throws NetworkException if a network is not there, or an address not to be had
  public void prepare(JsonObject config, CniCaller caller) throws IOException, NetworkException {
    if (!mayHave(record)) {
      return;
    }
    Files.createDirectory(programs(folder));
    ContainerEndpoints endpoints = new ContainerEndpoints(containers, folder, record, config);
    List<JsonObject> state = new ArrayList<>();
    boolean hasWayOut = false;
    boolean hasWayOut6 = false;
    boolean reachesHost = false;
    for (Attachment wanted : record.networks()) {
      Optional<Network> own = endpoints.look(wanted.network());
      if (own.isEmpty()) {
        state.add(onCni(endpoints, caller, wanted, state.size(), !hasWayOut));
        hasWayOut = true;
        hasWayOut6 = true;
        continue;
      }
      Endpoint endpoint = endpoints.take(wanted, own.get(), state.size(), !hasWayOut, !hasWayOut6);
      hasWayOut |= endpoint.isWayOut();
      hasWayOut6 |= endpoint.isWayOut6();
      reachesHost |= (endpoint.isWayOut() || endpoint.isWayOut6()) && own.get().isBridge();
      endpoints.write(endpoint);
      state.add(endpoint.json());
    }
    if (!reachesHost && !record.gatewayHosts().isEmpty()) {
      throw new NetworkException(
          "--add-host "
              + record.gatewayHosts().getFirst()
              + ":host-gateway: the gateway of this container's networks is not the host; name an"
              + " address");
    }
    endpoints.writeState(state);
  }

  private JsonObject onCni(
      ContainerEndpoints endpoints,
      CniCaller caller,
      Attachment wanted,
      int ordinal,
      boolean isWayOut)
      throws IOException, NetworkException {
    CniEndpoints cni = new CniEndpoints(containers.roots(), folder, caller);
    return endpoints.onCni(cni, cni.get(wanted.network()), wanted, ordinal, isWayOut);
  }

  /// How a container joins its networks: a program for each.
  static Path programs(ContainerFolder folder) {
    return folder.running().resolve(FOLDER);
  }

  /// There once others may be in its network namespace.
  static Path shared(ContainerFolder folder) {
    return programs(folder).resolve(SHARED);
  }

  static Path stateFile(ContainerFolder folder) {
    return folder.running().resolve("networks.json");
  }

  /// There once the filter knows the network.
  static Path filtered(Networks networks, Network network) throws IOException {
    return networks.leases(network).resolveSibling("filtered-" + network.id());
  }

  /// How its monitor joins.
  List<Instruction> join() throws IOException {
    if (!mayHave(record)) {
      return List.of();
    }
    Instructions steps = new Instructions();
    steps.add(
        "forget what its hosts file says of networks",
        Opcode.RESET_HOSTS,
        folder.lasting().toString(),
        HOSTS_MARK);
    steps.add("join its networks: " + list(), Opcode.JOIN_NETWORKS, programs(folder).toString());
    return steps.list();
  }

  private String list() throws IOException {
    StringBuilder names = new StringBuilder();
    for (Attachment wanted : record.networks()) {
      names.append(names.isEmpty() ? "" : ", ").append(wanted.network());
    }
    return names.toString();
  }

  /// What its monitor has as long as it lives.
  List<Instruction> hold() throws IOException {
    List<String> ports = new ArrayList<>();
    for (PublishedPort port : record.ports()) {
      if (port.host().isPresent()) {
        ports.add(port.protocol() + " " + port.host().get() + " " + port.hostPort());
      } else {
        ports.add(port.protocol() + " 0.0.0.0 " + port.hostPort());
        ports.add(port.protocol() + " :: " + port.hostPort());
      }
    }
    if (ports.isEmpty()) {
      return List.of();
    }
    Instructions steps = new Instructions();
    steps.add("take the ports of the host that lead to it", Opcode.HOLD_PORTS, ports);
    return steps.list();
  }

  /// How its monitor leaves.
  void leave(Instructions steps) throws IOException {
    if (!mayHave(record)) {
      return;
    }
    steps.add("leave its networks", Opcode.LEAVE_NETWORKS, programs(folder).toString());
  }

  /// Says that another container has its network, which so may outlive it.
  static void share(ContainerFolder owner) throws IOException {
    try {
      Files.createFile(shared(owner));
    } catch (FileAlreadyExistsException e) {
      return; // it is said already
    } catch (NoSuchFileException e) {
      return; // it is on no network, or has just ended
    }
  }

  /// Addresses and names of a container that runs, one object for each network.
  public static List<JsonObject> state(ContainerFolder folder) throws IOException {
    Path file = stateFile(folder);
    try {
      return CniEndpoints.withResults(
          folder, Json.parse(Files.readAllBytes(file), file.toString()).objects("networks"));
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }
}

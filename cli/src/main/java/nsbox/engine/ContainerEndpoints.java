package nsbox.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.network.Address;
import nsbox.network.Attachment;
import nsbox.network.Leases;
import nsbox.network.Network;
import nsbox.network.NetworkException;
import nsbox.network.Networks;
import nsbox.network.Pool;
import nsbox.network.cni.CniNetwork;
import nsbox.network.join.Endpoint;
import nsbox.network.join.JoinProgram;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Program;

/// A container's places on its networks: addresses that are leased, and what its run folder says of
/// them.
final class ContainerEndpoints {
  private static final int SHORT_ID = 12;
  private static final int TEN = 10;

  private final Containers containers;
  private final ContainerFolder folder;
  private final ContainerRecord record;
  private final Networks networks;
  private final String ownNames;
  private final String hostname;

  /// @param config of the container
  ContainerEndpoints(
      Containers containers, ContainerFolder folder, ContainerRecord record, JsonObject config)
      throws IOException {
    this.containers = containers;
    this.folder = folder;
    this.record = record;
    this.networks = containers.networks();
    this.hostname = config.optionalString("hostname").orElse(folder.id().substring(0, SHORT_ID));
    String domain = config.optionalString("domainname").orElse("");
    this.ownNames = domain.isEmpty() ? hostname : hostname + " " + hostname + "." + domain;
  }

  Network find(String name) throws IOException, NetworkException {
    Optional<Network> network = look(name);
    if (network.isEmpty()) {
      throw new NetworkException("network " + name + " not found");
    }
    return network.get();
  }

  Optional<Network> look(String name) throws IOException, NetworkException {
    Optional<Network> network = networks.find(name);
    return network.isEmpty() && name.equals(Network.DEFAULT_NAME)
        ? Optional.of(networks.defaultNetwork())
        : network;
  }

  /// Takes the addresses.
  ///
  /// @param wanted as the container's record has it
  /// @param mayLeadOut whether it is the way out with version 4, should it have an address of that
  /// @param mayLeadOut6 the same with version 6
  Endpoint take(
      Attachment wanted, Network network, int ordinal, boolean mayLeadOut, boolean mayLeadOut6)
      throws IOException, NetworkException {
    Optional<Address> ip = address(network, false, wanted.ip());
    Optional<Address> ip6 = address(network, true, wanted.ip6());
    if (!networks.isStillThere(network)) {
      throw new NetworkException("network " + network.name() + " was removed meanwhile");
    }
    if (ip6.isPresent() && !JoinProgram.hasVersion6()) {
      throw new NetworkException(
          "network " + network.name() + " has addresses of version 6, and this kernel has no IPv6");
    }
    boolean isWayOut = mayLeadOut && !network.internal() && ip.isPresent();
    boolean isWayOut6 = mayLeadOut6 && !network.internal() && ip6.isPresent();
    if ((isWayOut || isWayOut6) && !network.isBridge() && !record.ports().isEmpty()) {
      throw new NetworkException(
          "ports are published of containers that the host leads out by a bridge; on network "
              + network.name()
              + " others reach the container's own ports");
    }
    Optional<String> mac = wanted.mac();
    if (mac.isPresent() && network.driver().equals(Network.IPVLAN)) {
      throw new NetworkException(
          "on network "
              + network.name()
              + " all have the hardware address of "
              + network.link()
              + ", not "
              + mac.get());
    }
    return endpoint(
        network,
        ordinal,
        ip,
        ip6,
        mac.isPresent() ? bytes(mac.get()) : Endpoint.mac(ip.isPresent() ? ip.get() : ip6.get()),
        names(wanted.aliases()),
        isWayOut,
        isWayOut6);
  }

  private Endpoint endpoint(
      Network network,
      int ordinal,
      Optional<Address> ip,
      Optional<Address> ip6,
      byte[] mac,
      List<String> names,
      boolean isWayOut,
      boolean isWayOut6)
      throws IOException {
    boolean leadsOut = isWayOut || isWayOut6;
    return new Endpoint(
        network,
        folder.id(),
        ordinal,
        ip,
        ip6,
        mac,
        ownNames,
        names,
        isWayOut,
        isWayOut6,
        leadsOut ? record.ports() : List.of(),
        leadsOut ? record.gatewayHosts() : List.of());
  }

  private Optional<Address> address(Network network, boolean version6, Optional<Address> wanted)
      throws IOException, NetworkException {
    Optional<Pool> pool = network.pool(version6);
    if (pool.isEmpty() && wanted.isPresent()) {
      throw new NetworkException(
          "network "
              + network.name()
              + " has no addresses of version "
              + (version6 ? 6 : 4)
              + ", such as "
              + wanted.get());
    }
    if (pool.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Leases(networks).take(network, pool.get(), folder.id(), wanted, containers));
  }

  private List<String> names(List<String> aliases) throws IOException {
    List<String> names = new ArrayList<>();
    names.add(record.name());
    for (String alias : aliases) {
      if (!names.contains(alias)) {
        names.add(alias);
      }
    }
    String shortId = folder.id().substring(0, SHORT_ID);
    if (!names.contains(shortId)) {
      names.add(shortId);
    }
    if (!names.contains(hostname)) {
      names.add(hostname);
    }
    return names;
  }

  private static byte[] bytes(String mac) {
    byte[] bytes = new byte[6];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(mac.substring(3 * i, 3 * i + 2), 16);
    }
    return bytes;
  }

  /// What is told of an endpoint once the container has the name of its record.
  JsonObject renamed(JsonObject state) throws IOException {
    List<String> aliases = List.of();
    for (Attachment attachment : record.networks()) {
      if (attachment.network().equals(state.string("name"))) {
        aliases = attachment.aliases();
      }
    }
    return state.put("names", names(aliases));
  }

  /// What is told of an endpoint, read again.
  Endpoint of(JsonObject state) throws IOException, NetworkException {
    Optional<String> ip = state.optionalString("ip");
    Optional<String> ip6 = state.optionalString("ip6");
    return endpoint(
        find(state.string("name")),
        (int) state.number("ordinal"),
        ip.isPresent() ? Address.parse(ip.get()) : Optional.empty(),
        ip6.isPresent() ? Address.parse(ip6.get()) : Optional.empty(),
        bytes(state.string("mac")),
        state.strings("names"),
        state.flag("wayOut"),
        state.flag("wayOut6"));
  }

  /// How it joins and leaves.
  Program program(Endpoint endpoint) throws IOException, NetworkException {
    return JoinProgram.of(endpoint, places(endpoint.network()));
  }

  /// How it becomes the way to all that is on none of the container's networks.
  List<Instruction> becomeWayOut(Endpoint endpoint) throws IOException {
    return JoinProgram.becomeWayOut(endpoint, places(endpoint.network()));
  }

  List<Instruction> teardown(Endpoint endpoint) throws IOException {
    return JoinProgram.teardown(endpoint, places(endpoint.network()));
  }

  /// How others know it by other names.
  Instruction rename(Endpoint endpoint) throws IOException {
    return JoinProgram.rename(endpoint, places(endpoint.network()));
  }

  Instruction forget(Endpoint endpoint) throws IOException {
    return JoinProgram.forget(endpoint, places(endpoint.network()));
  }

  private JoinProgram.Places places(Network network) throws IOException {
    return new JoinProgram.Places(
        ContainerNetworks.shared(folder),
        containers.roots().containers(),
        networks.leases(network),
        networks.endpoints(network),
        ContainerNetworks.runFolder(containers.roots()).resolve(ContainerNetworks.GENERATION),
        ContainerNetworks.filtered(networks, network));
  }

  /// Where that is kept: whoever runs them does so in the order of their names.
  Path file(Endpoint endpoint) {
    return file(endpoint.ordinal(), endpoint.network().name());
  }

  Path file(int ordinal, String network) {
    return ContainerNetworks.programs(folder)
        .resolve((ordinal < TEN ? "0" : "") + ordinal + "-" + network);
  }

  /// Which of the container's networks such a file is about.
  static int ordinal(Path file) {
    String name = file.getFileName().toString();
    return Integer.parseInt(name.substring(0, name.indexOf('-')));
  }

  void write(Endpoint endpoint) throws IOException, NetworkException {
    write(file(endpoint), program(endpoint));
  }

  /// What is known of a place on a CNI network before its plugins are called.
  ///
  /// @param wanted as the container's record has it
  JsonObject onCni(
      CniEndpoints cni, CniNetwork network, Attachment wanted, int ordinal, boolean isWayOut)
      throws IOException, NetworkException {
    JsonObject state =
        cni.state(
            network,
            wanted,
            ordinal,
            isWayOut,
            ownNames,
            names(wanted.aliases()),
            isWayOut ? record.ports() : List.of());
    write(file(ordinal, network.name()), cni.program(state));
    return state;
  }

  private static void write(Path file, Program program) throws IOException {
    Containers.replace(file, program.encode(), false);
  }

  /// What is told of all of them.
  void writeState(List<JsonObject> endpoints) throws IOException {
    Containers.replace(
        ContainerNetworks.stateFile(folder),
        Json.bytes(new JsonObject().put("networks", endpoints)),
        false);
  }
}

package nsbox.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonObject;
import nsbox.network.Attachment;
import nsbox.network.NetworkException;
import nsbox.network.PublishedPort;
import nsbox.network.cni.CniNetwork;
import nsbox.network.cni.CniResult;

/// What a user wants of a CNI network for one container: plugins are told by what they say that
/// they understand, and by their arguments where they say nothing. Whether they obeyed, the result
/// tells.
///
/// @spec https://github.com/containernetworking/cni/blob/spec-v1.1.0/CONVENTIONS.md Conventions
final class CniWishes {
  private static final String IPS = "ips";
  private static final String MAC = "mac";
  private static final String ALIASES = "aliases";
  private static final String PORTS = "portMappings";

  private final CniNetwork network;
  private final List<String> addresses = new ArrayList<>();
  private final Optional<String> mac;
  private final List<String> names;
  private final List<PublishedPort> ports;

  /// @param state as [CniEndpoints] makes it
  CniWishes(CniNetwork network, JsonObject state, List<PublishedPort> ports) throws IOException {
    this.network = network;
    Attachment wanted = Attachment.of(state.object("wanted"));
    wanted.ip().ifPresent(ip -> addresses.add(ip.toString()));
    wanted.ip6().ifPresent(ip -> addresses.add(ip.toString()));
    this.mac = wanted.mac();
    this.names = state.strings("names");
    this.ports = ports;
  }

  /// Whether the network can publish ports at all.
  static void checkPorts(CniNetwork network, List<PublishedPort> ports) throws NetworkException {
    if (!ports.isEmpty() && !network.hasCapability(PORTS)) {
      throw new NetworkException(
          "CNI network "
              + network.name()
              + " has no plugin for published ports: none in "
              + network.file()
              + " has the capability "
              + PORTS);
    }
  }

  /// For `CNI_ARGS`. A plugin refuses names that it does not know unless it is told not to.
  Map<String, String> arguments() {
    Map<String, String> arguments = new LinkedHashMap<>();
    arguments.put("IgnoreUnknown", "1");
    if (!addresses.isEmpty() && !network.hasCapability(IPS)) {
      arguments.put("IP", String.join(",", addresses));
    }
    if (mac.isPresent() && !network.hasCapability(MAC)) {
      arguments.put("MAC", mac.get());
    }
    return arguments;
  }

  JsonObject capabilities() {
    JsonObject capabilities = new JsonObject();
    if (!ports.isEmpty()) {
      capabilities.put(PORTS, mappings());
    }
    if (!addresses.isEmpty()) {
      capabilities.put(IPS, addresses);
    }
    if (mac.isPresent()) {
      capabilities.put(MAC, mac.get());
    }
    return capabilities.put(ALIASES, new JsonObject().put(network.name(), names));
  }

  private List<JsonObject> mappings() {
    List<JsonObject> mappings = new ArrayList<>();
    for (PublishedPort port : ports) {
      JsonObject mapping =
          new JsonObject()
              .put("hostPort", port.hostPort())
              .put("containerPort", port.containerPort())
              .put("protocol", port.protocol());
      if (port.host().isPresent()) {
        mapping.put("hostIP", port.host().get().toString());
      }
      mappings.add(mapping);
    }
    return mappings;
  }

  /// @throws NetworkException if the container got something else
  void check(CniResult result, String interfaceName) throws NetworkException {
    for (String address : addresses) {
      boolean given = false;
      for (CniResult.Ip ip : result.containerIps()) {
        given |= ip.address().toString().equals(address);
      }
      if (!given) {
        throw refused(address, IPS);
      }
    }
    String given = "";
    if (result.containerInterface(interfaceName).isPresent()) {
      given = result.containerInterface(interfaceName).get().mac();
    }
    if (mac.isPresent() && !mac.get().equalsIgnoreCase(given)) {
      throw refused(mac.get(), MAC);
    }
  }

  private NetworkException refused(String wanted, String capability) {
    return new NetworkException(
        "the plugins of CNI network "
            + network.name()
            + " did not give the container "
            + wanted
            + ": one of them must have the capability "
            + capability);
  }
}

package nsbox.cli.command;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import nsbox.cli.output.Absent;
import nsbox.engine.ContainerFolder;
import nsbox.engine.ContainerNetworks;
import nsbox.engine.ContainerRecord;
import nsbox.engine.ContainerState;
import nsbox.json.JsonObject;
import nsbox.network.Attachment;
import nsbox.network.Network;
import nsbox.network.PublishedPort;

/// A container's `NetworkSettings`: what it has of networks while it runs, and else what it will be
/// on.
///
/// @spec
///   https://docs.docker.com/reference/api/engine/version/v1.48/#tag/Container/operation/ContainerInspect
final class NetworkSettings {
  private static final int HEXADECIMAL = 16;

  /* What who is on no network has asked for. */
  private static final Attachment NONE =
      new Attachment("", Optional.empty(), Optional.empty(), Optional.empty(), List.of());

  private final ContainerRecord record;
  private final ContainerState state;
  private final String mode;
  private final List<JsonObject> joined;

  /// @param mode as [ContainerDetails#networkMode] has it
  NetworkSettings(ContainerFolder folder, ContainerRecord record, ContainerState state, String mode)
      throws IOException {
    this.record = record;
    this.state = state;
    this.mode = mode;
    this.joined = isRunning() ? ContainerNetworks.state(folder) : List.of();
  }

  private boolean isRunning() {
    return state instanceof ContainerState.Running;
  }

  JsonObject json() throws IOException {
    JsonObject settings =
        new JsonObject()
            .put("Bridge", "")
            .put("SandboxID", sandbox().isEmpty() ? "" : record.id())
            .put("SandboxKey", sandbox())
            .put("Ports", ports())
            .put("HairpinMode", false)
            .put("LinkLocalIPv6Address", "")
            .put("LinkLocalIPv6PrefixLen", 0)
            .put("SecondaryIPAddresses", Absent.LIST)
            .put("SecondaryIPv6Addresses", Absent.LIST);
    /* As with docker, only the default network stands here too. */
    addAddresses(settings, joined(Network.DEFAULT_NAME));
    return settings.put("Networks", networks());
  }

  private String sandbox() {
    boolean own = isRunning() && !mode.equals("host") && !mode.startsWith("container:");
    return own ? "/proc/" + ((ContainerState.Running) state).process().pid() + "/ns/net" : "";
  }

  /* A port that is only exposed has no list. */
  private Map<String, Object> ports() throws IOException {
    Map<String, Object> ports = new TreeMap<>();
    if (!isRunning()) {
      return ports;
    }
    for (String port : record.exposedPorts()) {
      ports.put(port, Absent.LIST);
    }
    List<PublishedPort> published = record.ports();
    for (PublishedPort port : published) {
      ports.put(port.containerPort() + "/" + port.protocol(), new ArrayList<JsonObject>());
    }
    for (PortTexts.Binding binding : PortTexts.bindings(published)) {
      @SuppressWarnings("unchecked")
      List<JsonObject> bindings = (List<JsonObject>) ports.get(binding.containerText());
      bindings.add(
          new JsonObject()
              .put("HostIp", binding.host())
              .put("HostPort", Integer.toString(binding.hostPort())));
    }
    return ports;
  }

  private Map<String, Object> networks() throws IOException {
    Map<String, Object> networks = new LinkedHashMap<>();
    List<Attachment> wanted = record.networks();
    for (Attachment one : wanted) {
      JsonObject found = joined(one.network());
      networks.put(found.optionalString("name").orElse(one.network()), endpoint(one, found));
    }
    boolean elsewhere = mode.startsWith("container:") || mode.startsWith("ns:");
    if (wanted.isEmpty() && !elsewhere) {
      networks.put(mode, endpoint(NONE, new JsonObject()));
    }
    return networks;
  }

  /* A network's ID serves as its name. */
  private JsonObject joined(String network) throws IOException {
    for (JsonObject one : joined) {
      if (one.string("name").equals(network) || one.string("networkId").startsWith(network)) {
        return one;
      }
    }
    return new JsonObject();
  }

  private JsonObject endpoint(Attachment wanted, JsonObject found) throws IOException {
    /* As with docker, nobody is found by name on the default network. */
    boolean named = !found.optionalString("name").orElse("").equals(Network.DEFAULT_NAME);
    List<String> names = named ? found.strings("names") : List.of();
    JsonObject endpoint =
        new JsonObject()
            .put("IPAMConfig", addresses(wanted))
            .put("Links", Absent.LIST)
            .put("Aliases", wanted.aliases().isEmpty() ? Absent.LIST : wanted.aliases())
            .put("DriverOpts", Absent.MAP)
            .put("GwPriority", 0)
            .put("NetworkID", found.optionalString("networkId").orElse(""));
    addAddresses(endpoint, found);
    if (found.isEmpty() && wanted.mac().isPresent()) {
      endpoint.put("MacAddress", wanted.mac().get());
    }
    return endpoint.put("DNSNames", names.isEmpty() ? Absent.LIST : names);
  }

  /* What was asked for. */
  private static Object addresses(Attachment wanted) {
    Map<String, Object> addresses = new LinkedHashMap<>();
    wanted.ip().ifPresent(address -> addresses.put("IPv4Address", address.toString()));
    wanted.ip6().ifPresent(address -> addresses.put("IPv6Address", address.toString()));
    return addresses.isEmpty() ? Absent.MAP : addresses;
  }

  /* What it has got; empty texts where it has nothing. */
  private void addAddresses(JsonObject settings, JsonObject found) throws IOException {
    settings
        .put("EndpointID", found.isEmpty() ? "" : endpointId(found.string("networkId")))
        .put("Gateway", found.optionalString("gateway").orElse(""))
        .put("IPAddress", found.optionalString("ip").orElse(""))
        .put("IPPrefixLen", found.optionalNumber("prefix").orElse(0L))
        .put("IPv6Gateway", found.optionalString("gateway6").orElse(""))
        .put("GlobalIPv6Address", found.optionalString("ip6").orElse(""))
        .put("GlobalIPv6PrefixLen", found.optionalNumber("prefix6").orElse(0L))
        .put("MacAddress", found.optionalString("mac").orElse(""));
  }

  /* Docker's endpoints have IDs of their own. Ours is made of both, so it is as unique. */
  private String endpointId(String networkId) {
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < Math.min(networkId.length(), record.id().length()); i++) {
      int digit =
          Character.digit(networkId.charAt(i), HEXADECIMAL)
              ^ Character.digit(record.id().charAt(i), HEXADECIMAL);
      id.append(Character.forDigit(digit & HEXADECIMAL - 1, HEXADECIMAL));
    }
    return id.toString();
  }
}

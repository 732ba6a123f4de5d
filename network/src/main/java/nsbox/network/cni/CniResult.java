package nsbox.network.cni;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.network.Address;
import nsbox.network.Subnet;

/// What plugins say that they have made for a container.
///
/// @param interfaces of the container and of the host
/// @param routes of the container
/// @param json all that was said, of which the above is a part
/// @spec https://github.com/containernetworking/cni/blob/spec-v1.1.0/SPEC.md#add-success ADD
///   Success
public record CniResult(
    List<Interface> interfaces, List<Ip> ips, List<Route> routes, Dns dns, JsonObject json) {

  /// @param mac empty where it has none
  /// @param sandbox the path of the container's namespace; empty for an interface of the host
  public record Interface(String name, String mac, String sandbox) {}

  /// @param prefixLength of the address's network, in bits
  /// @param interfaceIndex in the list of interfaces; -1 where none is named
  public record Ip(
      Address address, int prefixLength, Optional<Address> gateway, int interfaceIndex) {}

  /// @param gateway where none is named, that of an address
  public record Route(Subnet destination, Optional<Address> gateway) {}

  /// @param domain empty where none is named
  public record Dns(
      List<String> nameservers, String domain, List<String> search, List<String> options) {}

  /// The addresses that the container itself has.
  public List<Ip> containerIps() {
    List<Ip> own = new ArrayList<>();
    for (Ip ip : ips) {
      if (ip.interfaceIndex < 0 || !interfaces.get(ip.interfaceIndex).sandbox.isEmpty()) {
        own.add(ip);
      }
    }
    return own;
  }

  /// The container's interface of that name.
  public Optional<Interface> containerInterface(String name) {
    for (Interface each : interfaces) {
      if (each.name.equals(name) && !each.sandbox.isEmpty()) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /// @throws JsonException if it is not a result, or one of before 0.3.0
  static CniResult of(JsonObject json) throws JsonException {
    if (json.has("ip4") || json.has("ip6")) {
      throw new JsonException(
          json.locationOf(json.has("ip4") ? "ip4" : "ip6")
              + ": a result of before 0.3.0, which is not spoken here");
    }
    List<Interface> interfaces = new ArrayList<>();
    for (JsonObject each : json.objects("interfaces")) {
      interfaces.add(
          new Interface(
              each.string("name"),
              each.optionalString("mac").orElse(""),
              each.optionalString("sandbox").orElse("")));
    }
    List<Ip> ips = new ArrayList<>();
    for (JsonObject ip : json.objects("ips")) {
      ips.add(ip(ip, interfaces.size()));
    }
    List<Route> routes = new ArrayList<>();
    for (JsonObject route : json.objects("routes")) {
      routes.add(new Route(subnet(route, "dst"), address(route, "gw")));
    }
    JsonObject dns = json.optionalObject("dns").orElse(new JsonObject());
    return new CniResult(
        interfaces,
        ips,
        routes,
        new Dns(
            dns.strings("nameservers"),
            dns.optionalString("domain").orElse(""),
            dns.strings("search"),
            dns.strings("options")),
        json);
  }

  /// The result in the form of that version, as plugins get it back: before 1.0.0, addresses came
  /// with their version.
  JsonObject json(String version) throws JsonException {
    JsonObject copy = new JsonObject().put("cniVersion", version);
    for (Map.Entry<String, Object> member : json.members().entrySet()) {
      if (!member.getKey().equals("cniVersion")) {
        copy.put(member.getKey(), member.getValue());
      }
    }
    if (!json.has("ips")) {
      return copy;
    }
    List<JsonObject> addresses = new ArrayList<>();
    for (JsonObject ip : json.objects("ips")) {
      JsonObject address = new JsonObject();
      if (!CniVersion.isAtLeast(version, "1.0.0")) {
        address.put("version", ip.string("address").contains(":") ? "6" : "4");
      }
      for (Map.Entry<String, Object> member : ip.members().entrySet()) {
        if (!member.getKey().equals("version")) {
          address.put(member.getKey(), member.getValue());
        }
      }
      addresses.add(address);
    }
    return copy.put("ips", addresses);
  }

  private static Ip ip(JsonObject ip, int interfaces) throws JsonException {
    Subnet subnet = subnet(ip, "address");
    String text = ip.string("address");
    Address address = Address.parse(text.substring(0, text.indexOf('/'))).orElseThrow();
    long index = ip.optionalNumber("interface").orElse(-1L);
    if (index >= interfaces) {
      throw new JsonException(
          ip.locationOf("interface") + ": " + index + " of " + interfaces + " interfaces");
    }
    return new Ip(address, subnet.length(), address(ip, "gateway"), (int) Math.max(index, -1));
  }

  private static Subnet subnet(JsonObject json, String name) throws JsonException {
    Optional<Subnet> subnet = Subnet.parse(json.string(name));
    if (subnet.isEmpty()) {
      throw new JsonException(
          json.locationOf(name) + ": expected ADDRESS/LENGTH, found " + json.string(name));
    }
    return subnet.get();
  }

  private static Optional<Address> address(JsonObject json, String name) throws JsonException {
    String text = json.optionalString(name).orElse("");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<Address> address = Address.parse(text);
    if (address.isEmpty()) {
      throw new JsonException(json.locationOf(name) + ": expected an address, found " + text);
    }
    return address;
  }
}

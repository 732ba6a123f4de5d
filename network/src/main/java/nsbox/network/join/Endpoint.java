package nsbox.network.join;

import java.util.List;
import java.util.Optional;
import nsbox.json.JsonObject;
import nsbox.network.Address;
import nsbox.network.Network;
import nsbox.network.Pool;
import nsbox.network.PublishedPort;

/// A container on a network.
///
/// @param ordinal which of the container's networks it is, from 0 on
/// @param ownNames by which it knows itself
/// @param names by which others on the network find it
/// @param isWayOut what is on none of its networks is reached by this one, with version 4
/// @param isWayOut6 the same with version 6
/// @param ports that lead to it by this network
/// @param gatewayHosts names by which it knows the gateway, a line of its hosts file each
public record Endpoint(
    Network network,
    String containerId,
    int ordinal,
    Optional<Address> ip,
    Optional<Address> ip6,
    byte[] mac,
    String ownNames,
    List<String> names,
    boolean isWayOut,
    boolean isWayOut6,
    List<PublishedPort> ports,
    List<String> gatewayHosts) {
  private static final int FIRST_INNER_INDEX = 64;
  private static final int INDEX_DIGITS = 7;
  private static final int OUTER_INDEXES = 0x10000000;

  /// Where published ports lead to by this network.
  Optional<Address> published() {
    return isWayOut ? ip : Optional.empty();
  }

  /// The same with version 6.
  Optional<Address> published6() {
    return isWayOut6 ? ip6 : Optional.empty();
  }

  /// The name of its interface in the container.
  public String link() {
    return "eth" + ordinal;
  }

  /// The number of that interface, above those that the kernel gives of itself. A link that shares
  /// one of the host's must not have a number that the host has, for there the kernel looks first.
  int innerIndex() {
    return network.isBridge() ? FIRST_INNER_INDEX + ordinal : outerIndex();
  }

  int outerIndex() {
    return outerIndex(containerId, ordinal);
  }

  /// The number of its interface on the host, by which it is taken down again: from the digits of
  /// the id, which are random, so that no answer of the kernel's is needed.
  public static int outerIndex(String containerId, int ordinal) {
    if (containerId.length() <= INDEX_DIGITS) {
      return OUTER_INDEXES + ordinal; // of a container on paper, which has no id
    }
    int start = ordinal * 5 % (containerId.length() - INDEX_DIGITS);
    return OUTER_INDEXES | Integer.parseInt(containerId.substring(start, start + INDEX_DIGITS), 16);
  }

  /// A link address that follows from the address: so who gets an address that another has had is
  /// found by those that remember the other.
  public static byte[] mac(Address address) {
    byte[] bytes = address.bytes();
    byte[] mac = {2, 0x42, 0, 0, 0, 0};
    System.arraycopy(bytes, bytes.length - 4, mac, 2, 4);
    return mac;
  }

  /// The address of version 6 that a link with this one has among its neighbours, RFC 4291 appendix
  /// A.
  static Address onLink(byte[] mac) {
    byte[] bytes = new byte[16];
    bytes[0] = (byte) 0xfe;
    bytes[1] = (byte) 0x80;
    System.arraycopy(mac, 0, bytes, 8, 3);
    bytes[8] ^= 2;
    bytes[11] = (byte) 0xff;
    bytes[12] = (byte) 0xfe;
    System.arraycopy(mac, 3, bytes, 13, 3);
    return Address.of(bytes);
  }

  /// As people write it.
  public static String text(byte[] mac) {
    StringBuilder text = new StringBuilder();
    for (byte value : mac) {
      text.append(text.isEmpty() ? "" : ":");
      text.append(Character.forDigit(value >> 4 & 15, 16))
          .append(Character.forDigit(value & 15, 16));
    }
    return text.toString();
  }

  /// What is told of it while it is there.
  public JsonObject json() {
    JsonObject json =
        new JsonObject()
            .put("name", network.name())
            .put("networkId", network.id())
            .put("driver", network.driver())
            .put("link", network.link())
            .put("interface", link())
            .put("ordinal", ordinal)
            .put("wayOut", isWayOut)
            .put("wayOut6", isWayOut6)
            .put("mac", text(mac))
            .put("names", names);
    add(json, ip, "ip", "prefix", "gateway");
    add(json, ip6, "ip6", "prefix6", "gateway6");
    return json;
  }

  private void add(
      JsonObject json, Optional<Address> address, String name, String prefix, String gateway) {
    if (address.isEmpty()) {
      return;
    }
    Pool pool = network.pool(address.get().isVersion6()).orElseThrow();
    json.put(name, address.get().toString()).put(prefix, pool.subnet().length());
    if (!network.internal()) {
      json.put(gateway, pool.gateway().toString());
    }
  }
}

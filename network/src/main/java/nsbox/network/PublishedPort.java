package nsbox.network;

import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// A port of the host that leads to one of a container.
///
/// @param host the host's address; empty for all of them, of both versions
/// @param protocol [#TCP], [#UDP] or [#SCTP]
public record PublishedPort(
    Optional<Address> host, int hostPort, int containerPort, String protocol) {
  public static final String TCP = "tcp";
  public static final String UDP = "udp";
  public static final String SCTP = "sctp";

  /// Whether the host could not keep it apart from another one.
  public boolean collides(PublishedPort other) {
    return hostPort == other.hostPort
        && protocol.equals(other.protocol)
        && overlap(host, other.host);
  }

  private static boolean overlap(Optional<Address> one, Optional<Address> other) {
    if (one.isEmpty() || other.isEmpty()) {
      return true;
    }
    Address a = one.get();
    Address b = other.get();
    return a.isVersion6() == b.isVersion6() && (a.isAny() || b.isAny() || a.equals(b));
  }

  /// As container.json has it. Lists read it without a parser: all members stand in this order.
  public JsonObject json() {
    JsonObject json = new JsonObject();
    if (host.isPresent()) {
      json.put("hostIp", host.get().toString());
    }
    return json.put("hostPort", hostPort)
        .put("containerPort", containerPort)
        .put("protocol", protocol);
  }

  /// @throws JsonException if it is not what [#json] makes
  public static PublishedPort of(JsonObject json) throws JsonException {
    return new PublishedPort(
        Attachment.address(json, "hostIp"),
        (int) json.number("hostPort"),
        (int) json.number("containerPort"),
        json.string("protocol"));
  }
}

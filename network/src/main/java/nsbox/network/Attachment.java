package nsbox.network;

import java.util.List;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// That a container is to be on a network, and as whom.
///
/// @param network its name or ID, as the user wrote it
/// @param ip of version 4; where absent, the next free one
/// @param ip6 of version 6; likewise
/// @param mac six bytes in lower case with colons; where absent, it comes from the address
/// @param aliases further names by which others on the network find it
public record Attachment(
    String network,
    Optional<Address> ip,
    Optional<Address> ip6,
    Optional<String> mac,
    List<String> aliases) {

  /// The same to a network by this name.
  public Attachment on(String name) {
    return new Attachment(name, ip, ip6, mac, aliases);
  }

  /// As container.json has it.
  public JsonObject json() {
    JsonObject json = new JsonObject().put("name", network);
    if (ip.isPresent()) {
      json.put("ip", ip.get().toString());
    }
    if (ip6.isPresent()) {
      json.put("ip6", ip6.get().toString());
    }
    if (mac.isPresent()) {
      json.put("mac", mac.get());
    }
    if (!aliases.isEmpty()) {
      json.put("aliases", aliases);
    }
    return json;
  }

  /// @throws JsonException if it is not what [#json] makes
  public static Attachment of(JsonObject json) throws JsonException {
    return new Attachment(
        json.string("name"),
        address(json, "ip"),
        address(json, "ip6"),
        json.optionalString("mac"),
        json.strings("aliases"));
  }

  static Optional<Address> address(JsonObject json, String member) throws JsonException {
    Optional<String> text = json.optionalString(member);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<Address> address = Address.parse(text.get());
    if (address.isEmpty()) {
      throw new JsonException(json.locationOf(member) + ": no address: " + text.get());
    }
    return address;
  }
}

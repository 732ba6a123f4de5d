package nsbox.network;

import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// The addresses of a network, of one version.
///
/// @param gateway the host's own, which containers send to what is elsewhere
/// @param range of which containers get theirs, where that is not all of the subnet
public record Pool(Subnet subnet, Address gateway, Optional<Subnet> range) {

  JsonObject json() {
    JsonObject json =
        new JsonObject().put("subnet", subnet.toString()).put("gateway", gateway.toString());
    if (range.isPresent()) {
      json.put("range", range.get().toString());
    }
    return json;
  }

  static Pool of(JsonObject json) throws JsonException {
    Optional<Subnet> subnet = Subnet.parse(json.string("subnet"));
    Optional<Address> gateway = Address.parse(json.string("gateway"));
    if (subnet.isEmpty() || gateway.isEmpty()) {
      throw new JsonException("a pool of a network has no subnet or no gateway");
    }
    Optional<Subnet> range = Subnet.parse(json.optionalString("range").orElse(""));
    return new Pool(subnet.get(), gateway.get(), range);
  }
}

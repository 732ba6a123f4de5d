package nsbox.network;

import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// The addresses of a network, of one version.
///
/// @param gateway the host's own, which containers send to what is elsewhere
/// @param range of which containers get theirs, where that is not all of the subnet
public record Pool(Subnet subnet, Address gateway, Optional<Subnet> range) {

  /// The pool of a subnet that somebody wants.
  ///
  /// @throws NetworkException if there is no room for a container, or the gateway or the range is
  ///   not in it
  static Pool of(NetworkRequest.WantedSubnet wanted) throws NetworkException {
    Subnet subnet = wanted.subnet();
    if (subnet.length() == subnet.base().bits()) {
      throw new NetworkException("subnet " + subnet + " has no address for a container");
    }
    boolean pair = subnet.length() == subnet.base().bits() - 1;
    Address gateway = wanted.gateway().orElse(pair ? subnet.base() : subnet.base().plus(1));
    if (!subnet.contains(gateway)) {
      throw new NetworkException("gateway " + gateway + " is not in subnet " + subnet);
    }
    if (wanted.range().isPresent() && !isIn(wanted.range().get(), subnet)) {
      throw new NetworkException("range " + wanted.range().get() + " is not in subnet " + subnet);
    }
    Pool pool = new Pool(subnet, gateway, wanted.range());
    if (pool.isSubnets(gateway)) {
      throw new NetworkException(
          "gateway " + gateway + " is the first or the last address of subnet " + subnet);
    }
    return pool;
  }

  private static boolean isIn(Subnet range, Subnet subnet) {
    return subnet.contains(range.base()) && range.length() >= subnet.length();
  }

  /// Of what containers get their addresses.
  Subnet allocated() {
    return range.orElse(subnet);
  }

  /// Whether no container may have this address: it is the gateway's, the subnet's own or that of
  /// all its hosts.
  boolean isReserved(Address address) {
    return address.equals(gateway) || isSubnets(address);
  }

  /* Two addresses alone are both hosts', RFC 3021 and RFC 6164; version 6 has no broadcast. */
  private boolean isSubnets(Address address) {
    if (subnet.length() >= address.bits() - 1) {
      return false;
    }
    return address.equals(subnet.base()) || !address.isVersion6() && address.equals(subnet.last());
  }

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

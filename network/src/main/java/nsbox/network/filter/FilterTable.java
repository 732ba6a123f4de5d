package nsbox.network.filter;

import java.util.List;
import java.util.Optional;
import nsbox.network.Address;
import nsbox.network.Network;
import nsbox.network.PublishedPort;

/// Says nothing yet.
public final class FilterTable {
  private FilterTable() {}

  public static byte[] ensure(List<Network> networks) {
    return new byte[0];
  }

  public static byte[] remove(Network network) {
    return new byte[0];
  }

  public static byte[] publish(
      List<PublishedPort> ports, Optional<Address> ip, Optional<Address> ip6, String containerId) {
    return new byte[0];
  }

  public static byte[] withdraw(
      List<PublishedPort> ports, Optional<Address> ip, Optional<Address> ip6, String containerId) {
    return new byte[0];
  }
}

package nsbox.network.join;

import nsbox.network.Network;

/// How containers share an interface of the host: the kernel's words for the options of macvlan and
/// ipvlan.
///
/// @spec https://man7.org/linux/man-pages/man8/ip-link.8.html
final class SharedLink {
  private SharedLink() {}

  /// As linux/if_link.h numbers it.
  static int mode(Network network) {
    if (network.driver().equals(Network.MACVLAN)) {
      return switch (network.options().getOrDefault("macvlan_mode", "bridge")) {
        case "private" -> 1;
        case "vepa" -> 2;
        case "passthru" -> 8;
        default -> 4;
      };
    }
    return switch (network.options().getOrDefault("ipvlan_mode", "l2")) {
      case "l3" -> 1;
      case "l3s" -> 2;
      default -> 0;
    };
  }

  /// Whether the host's part of it looks at addresses: then there is no gateway to be asked for.
  static boolean routes(Network network) {
    return network.driver().equals(Network.IPVLAN) && mode(network) != 0;
  }
}

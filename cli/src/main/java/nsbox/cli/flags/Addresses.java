package nsbox.cli.flags;

import nsbox.network.Address;

/// IP addresses as people write them, of version 6 also with an interface behind.
final class Addresses {
  private Addresses() {}

  static boolean isAddress(String text) {
    int zone = text.indexOf(':') >= 0 ? text.indexOf('%') : -1;
    return Address.parse(zone < 0 ? text : text.substring(0, zone)).isPresent();
  }
}

package nsbox.registry.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/// A block of addresses such as `10.0.0.0/8` or `fd00::/8`.
///
/// @param bits how many leading bits all its addresses share
record AddressBlock(InetAddress base, int bits) {

  /// Empty if the text is not an address, a slash and a number of bits.
  static Optional<AddressBlock> parse(String text) {
    int slash = text.indexOf('/');
    Optional<InetAddress> base = slash < 0 ? Optional.empty() : address(text.substring(0, slash));
    if (base.isEmpty() || !text.substring(slash + 1).matches("[0-9]{1,3}")) {
      return Optional.empty();
    }
    int bits = Integer.parseInt(text.substring(slash + 1));
    return bits <= base.get().getAddress().length * 8
        ? Optional.of(new AddressBlock(base.get(), bits))
        : Optional.empty();
  }

  /// The address that a text is, without asking anybody; empty if it is a name.
  static Optional<InetAddress> address(String text) {
    String bare =
        text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
    boolean numbers = bare.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    if (!numbers && (bare.indexOf(':') < 0 || !bare.matches("[0-9a-fA-F:.]+"))) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(bare));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  /// Host without port and brackets.
  static String host(String authority) {
    int colon = authority.lastIndexOf(':');
    String host = colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  /// Whether it is `localhost`, in 127.0.0.0/8, or `::1`.
  static boolean isLoopback(String authority) {
    String host = host(authority);
    return host.equals("localhost")
        || address(host).filter(InetAddress::isLoopbackAddress).isPresent();
  }

  boolean holds(InetAddress address) {
    byte[] one = base.getAddress();
    byte[] other = address.getAddress();
    if (one.length != other.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      if (((one[bit / 8] ^ other[bit / 8]) >> (7 - bit % 8) & 1) != 0) {
        return false;
      }
    }
    return true;
  }

  /// Whether a host is in it: by its address, or, as docker has it, by any that its name stands
  /// for. A name that nobody knows is in no block.
  boolean holds(String authority) {
    try {
      for (InetAddress address : InetAddress.getAllByName(host(authority))) {
        if (holds(address)) {
          return true;
        }
      }
      return false;
    } catch (UnknownHostException e) {
      return false;
    }
  }
}

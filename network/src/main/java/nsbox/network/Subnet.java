package nsbox.network;

import java.util.Optional;

/// A range of addresses that share their first bits, as in `10.1.0.0/16`.
///
/// @param base the first address: its other bits are 0
/// @param length how many bits are shared
public record Subnet(Address base, int length) {
  public Subnet {
    if (length < 0 || length > base.bits() || !base.equals(base.masked(length, false))) {
      throw new IllegalArgumentException(base + "/" + length);
    }
  }

  /// Reads `ADDRESS/LENGTH`; bits of the address behind the shared ones are dropped.
  public static Optional<Subnet> parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || text.length() - slash < 2 || text.length() - slash > 4) {
      return Optional.empty();
    }
    int length = 0;
    for (int i = slash + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return Optional.empty();
      }
      length = length * 10 + c - '0';
    }
    Optional<Address> address = Address.parse(text.substring(0, slash));
    if (address.isEmpty() || length > address.get().bits()) {
      return Optional.empty();
    }
    return Optional.of(new Subnet(address.get().masked(length, false), length));
  }

  public boolean isVersion6() {
    return base.isVersion6();
  }

  /// The last address; of version 4, that of all hosts in it.
  public Address last() {
    return base.masked(length, true);
  }

  public boolean contains(Address address) {
    return address.bits() == base.bits() && address.masked(length, false).equals(base);
  }

  public boolean overlaps(Subnet other) {
    return contains(other.base) || other.contains(base);
  }

  @Override
  public String toString() {
    return base + "/" + length;
  }
}

package nsbox.network;

import java.util.List;
import java.util.Optional;

/// Which subnets networks get, and which ones they may have: none overlaps with that of another
/// network, and that of a bridge with nothing that the host uses.
final class SubnetChoice {
  /* Those of nsbox first; where a route leads all of 10.0.0.0/8 elsewhere, docker's. */
  private static final String[] LARGE = {"10.48.0.0/12", "172.16.0.0/12"};
  private static final String[] SMALL = {"10.64.0.0/12", "172.16.0.0/12", "192.168.0.0/16"};
  /* "This host", loopback, and groups of hosts with what is kept for later. */
  private static final String[] NO_HOSTS = {
    "0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/128", "::1/128", "fe80::/10", "ff00::/8"
  };
  private static final int LARGE_LENGTH = 16;
  private static final int SMALL_LENGTH = 24;
  private static final int VERSION_6_LENGTH = 64;

  private final List<Network> networks;
  private final UsedSubnets host;

  SubnetChoice(List<Network> networks, UsedSubnets host) {
    this.networks = networks;
    this.host = host;
  }

  /// The subnet of the default network: the last /16 that is free, for the first ones are where
  /// people look for theirs.
  Subnet ofDefaultNetwork() throws NetworkException {
    for (String block : LARGE) {
      Subnet all = Subnet.parse(block).orElseThrow();
      for (int i = (1 << LARGE_LENGTH - all.length()) - 1; i >= 0; i--) {
        Subnet subnet = part(all, LARGE_LENGTH, i);
        if (isFree(subnet)) {
          return subnet;
        }
      }
    }
    return version4();
  }

  /// The first /24 that is free.
  Subnet version4() throws NetworkException {
    for (String block : SMALL) {
      Subnet all = Subnet.parse(block).orElseThrow();
      for (int i = 0; i < 1 << SMALL_LENGTH - all.length(); i++) {
        Subnet subnet = part(all, SMALL_LENGTH, i);
        if (isFree(subnet)) {
          return subnet;
        }
      }
    }
    throw new NetworkException(
        "no subnet of version 4 is free in "
            + String.join(", ", SMALL)
            + ": other networks or the host's routes use them; choose one with --subnet");
  }

  /// A /64 that is nobody else's anywhere, most likely.
  ///
  /// @param random hexadecimal digits: the global ID and the subnet ID are taken from them
  /// @spec https://www.rfc-editor.org/rfc/rfc4193#section-3.1 Format of local addresses
  Subnet version6(String random) throws NetworkException {
    int digits = (VERSION_6_LENGTH - 8) / 4;
    for (int start = 0; start + digits <= random.length(); start += digits) {
      byte[] bytes = new byte[16];
      bytes[0] = (byte) 0xfd;
      for (int i = 1; i < VERSION_6_LENGTH / 8; i++) {
        int at = start + 2 * (i - 1);
        bytes[i] = (byte) Integer.parseInt(random.substring(at, at + 2), 16);
      }
      Subnet subnet = new Subnet(Address.of(bytes), VERSION_6_LENGTH);
      if (isFree(subnet)) {
        return subnet;
      }
    }
    throw new NetworkException("no subnet of version 6 is free; choose one with --subnet");
  }

  /// @param onHost whether the host itself will have an address in it
  /// @throws NetworkException that says what it overlaps with
  void check(Subnet subnet, boolean onHost) throws NetworkException {
    for (String special : NO_HOSTS) {
      if (Subnet.parse(special).orElseThrow().overlaps(subnet)) {
        throw new NetworkException(
            "subnet "
                + subnet
                + " overlaps with "
                + special
                + ", whose addresses no host can have");
      }
    }
    for (Network network : networks) {
      for (Pool pool : network.pools()) {
        if (pool.subnet().overlaps(subnet)) {
          throw new NetworkException(
              "Pool overlaps with other one on this address space: "
                  + subnet
                  + " and "
                  + pool.subnet()
                  + " of network "
                  + network.name());
        }
      }
    }
    Optional<UsedSubnets.Use> use = onHost ? host.overlapping(subnet) : Optional.empty();
    if (use.isPresent()) {
      throw new NetworkException("subnet " + subnet + " overlaps with " + use.get().by());
    }
  }

  private boolean isFree(Subnet subnet) {
    for (Network network : networks) {
      for (Pool pool : network.pools()) {
        if (pool.subnet().overlaps(subnet)) {
          return false;
        }
      }
    }
    return host.overlapping(subnet).isEmpty();
  }

  private static Subnet part(Subnet all, int length, int index) {
    return new Subnet(all.base().plus((long) index << 32 - length), length);
  }
}

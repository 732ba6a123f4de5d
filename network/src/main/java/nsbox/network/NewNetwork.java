package nsbox.network;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a network becomes before it is there: its ID, its interface and its pools.
final class NewNetwork {
  private static final String DEFAULT_LINK = "nsbox";
  private static final int ID_LENGTH = 64;
  private static final int LINK_DIGITS = 11;

  /* Above what a kernel counts up to by itself, and below the sign. */
  private static final int FIRST_INDEX = 1 << 24;
  private static final int INDEX_BITS = 30;

  private NewNetwork() {}

  /// The network [Network#DEFAULT_NAME].
  ///
  /// @param networks that there are
  /// @param proc `/proc/self/net`
  static Network byDefault(List<Network> networks, Path proc) throws IOException, NetworkException {
    UsedSubnets host = UsedSubnets.read(proc);
    int number = 0;
    while (host.hasInterface(DEFAULT_LINK + number)
        || hasLink(networks, DEFAULT_LINK + number).isPresent()) {
      number++;
    }
    Subnet subnet = new SubnetChoice(networks, host).ofDefaultNetwork();
    NetworkRequest request =
        new NetworkRequest(
            Network.DEFAULT_NAME,
            Network.BRIDGE,
            Optional.of(DEFAULT_LINK + number),
            List.of(),
            true,
            false,
            false,
            Map.of(),
            Map.of());
    Pool pool =
        Pool.of(new NetworkRequest.WantedSubnet(subnet, Optional.empty(), Optional.empty()));
    return network(request, newId(), networks, List.of(pool));
  }

  /// The network that is asked for, if it can be; `networks` and `proc` as above.
  static Network of(NetworkRequest request, List<Network> networks, Path proc)
      throws IOException, NetworkException {
    String id = newId();
    UsedSubnets host = UsedSubnets.read(proc);
    if (request.driver().equals(Network.BRIDGE) && request.link().isPresent()) {
      checkLink(request.link().get(), networks, host);
    }
    List<Pool> pools = new PoolChoice(new SubnetChoice(networks, host)).pools(request, id);
    return network(request, id, networks, pools);
  }

  private static void checkLink(String link, List<Network> networks, UsedSubnets host)
      throws NetworkException {
    Optional<Network> owner = hasLink(networks, link);
    if (owner.isPresent()) {
      throw new NetworkException("interface " + link + " is that of network " + owner.get().name());
    }
    if (host.hasInterface(link)) {
      throw new NetworkException(
          "the host has an interface " + link + " already; a network needs one of its own");
    }
  }

  private static Optional<Network> hasLink(List<Network> networks, String link) {
    for (Network network : networks) {
      if (network.isBridge() && network.link().equals(link)) {
        return Optional.of(network);
      }
    }
    return Optional.empty();
  }

  private static Network network(
      NetworkRequest request, String id, List<Network> networks, List<Pool> pools)
      throws IOException {
    boolean bridge = request.driver().equals(Network.BRIDGE);
    Instant now = Instant.now();
    return new Network(
        id,
        request.name(),
        request.driver(),
        request.link().isPresent() ? request.link().get() : "nsb-" + id.substring(0, LINK_DIGITS),
        bridge ? newIndex(networks) : 0,
        pools,
        request.internal(),
        request.options(),
        request.labels(),
        now.getEpochSecond() * 1_000_000_000 + now.getNano());
  }

  private static int newIndex(List<Network> networks) throws IOException {
    while (true) {
      int index = ByteBuffer.wrap(random(4)).getInt() & (1 << INDEX_BITS) - 1;
      boolean free = index >= FIRST_INDEX;
      for (Network network : networks) {
        free = free && network.index() != index;
      }
      if (free) {
        return index;
      }
    }
  }

  private static String newId() throws IOException {
    StringBuilder id = new StringBuilder();
    for (byte value : random(ID_LENGTH / 2)) {
      id.append(Character.forDigit(value >> 4 & 15, 16)).append(Character.forDigit(value & 15, 16));
    }
    return id.toString();
  }

  /* Not SecureRandom: it loads its providers, the kernel's generator needs one read. */
  private static byte[] random(int length) throws IOException {
    try (InputStream random = Files.newInputStream(Path.of("/dev/urandom"))) {
      return random.readNBytes(length);
    }
  }
}

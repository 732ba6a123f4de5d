package nsbox.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What addresses the host uses already: those of its interfaces, and its routes.
///
/// Read from `/proc`, in the network namespace of whoever reads: so nothing needs to be asked of
/// the kernel by netlink.
final class UsedSubnets {
  /// What keeps others from using a subnet.
  ///
  /// @param by as it stands in a message
  record Use(Subnet subnet, String by) {}

  private static final Subnet LINK_LOCAL = Subnet.parse("fe80::/10").orElseThrow();
  private static final Subnet MULTICAST = Subnet.parse("ff00::/8").orElseThrow();
  private static final int ROUTE_UP = 1;

  private final List<Use> uses = new ArrayList<>();
  private final Set<String> interfaces = new HashSet<>();

  private UsedSubnets() {}

  /// @param proc `/proc/self/net`
  static UsedSubnets read(Path proc) throws IOException {
    UsedSubnets used = new UsedSubnets();
    used.readInterfaces(lines(proc.resolve("dev")));
    used.readRoutes(lines(proc.resolve("route")));
    used.readVersion6Routes(lines(proc.resolve("ipv6_route")));
    used.readAddresses(lines(proc.resolve("fib_trie")));
    return used;
  }

  /// Whether there is an interface of this name.
  boolean hasInterface(String name) {
    return interfaces.contains(name);
  }

  /// What of the host's overlaps with it, if anything does.
  Optional<Use> overlapping(Subnet subnet) {
    for (Use use : uses) {
      if (use.subnet.overlaps(subnet)) {
        return Optional.of(use);
      }
    }
    return Optional.empty();
  }

  /* Of a kernel without version 6, say, some are missing. */
  private static List<String> lines(Path file) throws IOException {
    try {
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private void readInterfaces(List<String> lines) {
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        interfaces.add(line.substring(0, colon).strip());
      }
    }
  }

  /* Iface Destination Gateway Flags RefCnt Use Metric Mask …: numbers in the machine's order of bytes. */
  private void readRoutes(List<String> lines) {
    for (String line : lines) {
      String[] words = line.split("\\s+");
      if (words.length < 8 || words[1].length() != 8 || words[7].length() != 8) {
        continue; // the headings
      }
      int length = Integer.bitCount((int) Long.parseLong(words[7], 16));
      byte[] bytes = bytes(words[1]);
      Address base = Address.of(new byte[] {bytes[3], bytes[2], bytes[1], bytes[0]});
      boolean up = (Integer.parseInt(words[3], 16) & ROUTE_UP) != 0;
      if (up && length > 0) {
        addRoute(base, length, words[0]);
      }
    }
  }

  /* Destination, its length, source, its length, next hop, metric, reference count, use, flags, interface. */
  private void readVersion6Routes(List<String> lines) {
    for (String line : lines) {
      String[] words = line.split("\\s+");
      if (words.length < 10) {
        continue;
      }
      int length = Integer.parseInt(words[1], 16);
      Address base = Address.of(bytes(words[0]));
      if (length > 0 && !LINK_LOCAL.contains(base) && !MULTICAST.contains(base)) {
        addRoute(base, length, words[9]);
      }
    }
  }

  private void addRoute(Address base, int length, String name) {
    Subnet subnet = new Subnet(base.masked(length, false), length);
    uses.add(new Use(subnet, "the host's route " + subnet + " of interface " + name));
  }

  /* A tree of prefixes; below each address of the host stands "/32 host LOCAL". */
  private void readAddresses(List<String> lines) {
    String last = "";
    for (String line : lines) {
      String text = line.strip();
      if (text.startsWith("|-- ")) {
        last = text.substring(4);
      } else if (text.startsWith("/32 host LOCAL")) {
        Subnet.parse(last + "/32").ifPresent(this::addAddress);
      }
    }
  }

  private void addAddress(Subnet subnet) {
    uses.add(new Use(subnet, "the host's address " + subnet.base()));
  }

  private static byte[] bytes(String hex) {
    byte[] bytes = new byte[hex.length() / 2];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
    }
    return bytes;
  }
}

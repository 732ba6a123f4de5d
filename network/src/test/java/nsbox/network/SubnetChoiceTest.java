package nsbox.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubnetChoiceTest {
  @TempDir Path proc;

  private SubnetChoice choice(String... subnetsOfNetworks) throws IOException {
    List<Network> networks = new java.util.ArrayList<>();
    for (String text : subnetsOfNetworks) {
      Subnet subnet = Subnet.parse(text).orElseThrow();
      Pool pool = new Pool(subnet, subnet.base().plus(1), java.util.Optional.empty());
      networks.add(
          new Network("", "other", "bridge", "x", 1, List.of(pool), false, Map.of(), Map.of(), 0));
    }
    return new SubnetChoice(networks, UsedSubnets.read(proc));
  }

  private void routes(String... routes) throws IOException {
    StringBuilder text = new StringBuilder("Iface\tDestination\tGateway \tFlags\n");
    for (String route : routes) {
      Subnet subnet = Subnet.parse(route).orElseThrow();
      int mask = subnet.length() == 0 ? 0 : -1 << 32 - subnet.length();
      text.append("eth7\t").append(reversed(subnet.base().bytes()));
      text.append("\t00000000\t0001\t0\t0\t0\t");
      text.append(String.format("%08X", Integer.reverseBytes(mask))).append("\t0\t0\t0\n");
    }
    Files.writeString(proc.resolve("route"), text);
  }

  private static String reversed(byte[] bytes) {
    return String.format("%02X%02X%02X%02X", bytes[3], bytes[2], bytes[1], bytes[0]);
  }

  @Test
  void theFirstFreeOneIsChosen() throws Exception {
    assertEquals("10.64.0.0/24", choice().version4().toString());
    assertEquals("10.64.2.0/24", choice("10.64.0.0/23").version4().toString());
    assertEquals("10.64.1.0/24", choice("10.64.0.16/28").version4().toString());
    routes("0.0.0.0/0", "10.64.0.0/16");
    assertEquals("10.65.0.0/24", choice().version4().toString());
    assertEquals("10.65.1.0/24", choice("10.65.0.0/24").version4().toString());
    routes("10.0.0.0/8");
    assertEquals("172.16.0.0/24", choice().version4().toString());
    assertEquals("172.31.0.0/16", choice().ofDefaultNetwork().toString());
    routes("10.0.0.0/8", "172.16.0.0/12");
    assertEquals("192.168.0.0/24", choice().ofDefaultNetwork().toString());
    routes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16");
    assertThrows(NetworkException.class, () -> choice().version4());
  }

  @Test
  void whatOverlapsIsNamed() throws Exception {
    routes("10.7.0.0/16");
    Files.writeString(
        proc.resolve("fib_trie"),
        """
        Main:
          +-- 0.0.0.0/0 3 0 5
             |-- 10.8.0.0
                /24 link UNICAST
             |-- 10.8.0.9
                /32 host LOCAL
        """);
    Files.writeString(
        proc.resolve("ipv6_route"),
        """
        fd000000000000070000000000000000 40 %1$s 00 %1$s 00000100 00000001 00000000 00000001     eth7
        00000000000000000000000000000000 00 %1$s 00 %1$s 00000100 00000001 00000000 00000001     eth7
        """
            .formatted("0".repeat(32)));
    assertRefused(
        "10.7.8.0/24",
        "subnet 10.7.8.0/24 overlaps with the host's route 10.7.0.0/16 of interface eth7");
    assertRefused("10.8.0.0/16", "subnet 10.8.0.0/16 overlaps with the host's address 10.8.0.9");
    assertRefused(
        "fd00:0:0:7::/80",
        "subnet fd00:0:0:7::/80 overlaps with the host's route fd00:0:0:7::/64 of interface eth7");
    assertRefused(
        "10.9.0.0/16",
        "Pool overlaps with other one on this address space: 10.9.0.0/16 and 10.9.1.0/24 of network"
            + " other");
    assertRefused(
        "0.0.0.0/0", "subnet 0.0.0.0/0 overlaps with 0.0.0.0/8, whose addresses no host can have");
    assertRefused(
        "fe80:1::/64",
        "subnet fe80:1::/64 overlaps with fe80::/10, whose addresses no host can have");
    choice("10.9.1.0/24").check(Subnet.parse("10.9.2.0/24").orElseThrow(), true);
    choice().check(Subnet.parse("10.7.8.0/24").orElseThrow(), false);
  }

  private void assertRefused(String subnet, String message) throws IOException {
    SubnetChoice choice = choice("10.9.1.0/24");
    NetworkException refused =
        assertThrows(
            NetworkException.class, () -> choice.check(Subnet.parse(subnet).orElseThrow(), true));
    assertEquals(message, refused.getMessage());
  }

  @Test
  void aSubnetOfVersion6IsMadeFromTheNetworksId() throws Exception {
    String id = "0123456789abcd" + "f".repeat(50);
    assertEquals("fd01:2345:6789:abcd::/64", choice().version6(id).toString());
    Subnet other = choice("fd01:2345::/32").version6(id);
    assertEquals("fdff:ffff:ffff:ffff::/64", other.toString());
    assertTrue(Subnet.parse("fd00::/8").orElseThrow().contains(other.base()));
  }

  @Test
  void theMachinesOwnFilesAreRead() throws Exception {
    UsedSubnets used = UsedSubnets.read(Path.of("/proc/self/net"));
    assertTrue(used.hasInterface("lo"));
    assertTrue(used.overlapping(Subnet.parse("127.0.0.0/8").orElseThrow()).isPresent());
  }
}

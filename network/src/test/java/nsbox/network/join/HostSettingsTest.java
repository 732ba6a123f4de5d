package nsbox.network.join;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.network.Address;
import nsbox.network.Network;
import nsbox.network.Pool;
import nsbox.network.Subnet;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is changed of a host, by what it has: files in the place of /proc/sys/net.
final class HostSettingsTest {
  private static final String BRIDGE = "ipv6/conf/br/";

  @TempDir Path root;

  @BeforeEach
  void host() throws IOException {
    has("ipv4/ip_forward", "0");
    has("ipv6/conf/all/forwarding", "0");
    for (String name : List.of("all", "default", "lo", "eth0")) {
      has("ipv6/conf/" + name + "/accept_ra", "1");
    }
    has("ipv6/conf/eth1/accept_ra", "0");
    has("ipv6/conf/eth2/accept_ra", "2");
  }

  private void has(String path, String value) throws IOException {
    Files.createDirectories(root.resolve(path).getParent());
    Files.writeString(root.resolve(path), value + "\n");
  }

  private static Pool pool(String subnet, String gateway) {
    return new Pool(
        Subnet.parse(subnet).orElseThrow(),
        Address.parse(gateway).orElseThrow(),
        java.util.Optional.empty());
  }

  private List<String> steps(boolean version6, boolean publishing) throws IOException {
    List<Pool> pools = new ArrayList<>(List.of(pool("10.9.0.0/24", "10.9.0.1")));
    if (version6) {
      pools.add(pool("fd00::/64", "fd00::1"));
    }
    Network network =
        new Network("0".repeat(64), "n", "bridge", "br", 1, pools, false, Map.of(), Map.of(), 0);
    Instructions steps = new Instructions();
    new HostSettings(steps, root + "/").add(network, publishing);
    List<String> labels = new ArrayList<>();
    for (Instruction step : steps.list()) {
      labels.add(step.label().replace("set net/", ""));
    }
    return labels;
  }

  @Test
  void keepsWhatRoutersTellTheHost() throws IOException {
    assertEquals(
        List.of(
            "ipv4/ip_forward to 1",
            "ipv6/conf/eth0/accept_ra to 2",
            "ipv6/conf/all/forwarding to 1",
            BRIDGE + "accept_ra to 0",
            BRIDGE + "accept_dad to 0",
            BRIDGE + "disable_ipv6 to 0"),
        steps(true, false));
  }

  @Test
  void leavesAloneWhatIsAsItShouldBe() throws IOException {
    has("ipv4/ip_forward", "1");
    has("ipv6/conf/all/forwarding", "1");
    assertEquals(
        List.of(
            BRIDGE + "accept_ra to 0", BRIDGE + "accept_dad to 0", BRIDGE + "disable_ipv6 to 0"),
        steps(true, false));
    assertEquals(
        List.of(
            "ipv4/conf/br/route_localnet to 1",
            BRIDGE + "accept_ra to 0",
            BRIDGE + "accept_dad to 0",
            BRIDGE + "disable_ipv6 to 1"),
        steps(false, true));
  }

  @Test
  void asksNothingOfAKernelWithoutVersion6() throws IOException {
    try (var files = Files.walk(root.resolve("ipv6"))) {
      for (Path path : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
    assertEquals(List.of("ipv4/ip_forward to 1"), steps(false, false));
  }
}

package nsbox.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeasesTest {
  private static final int PROCESSES = 4;
  private static final int ADDRESSES = 253;

  @TempDir Path folder;

  /* As in the engine: a container lives as long as it has a folder. */
  private boolean lives(String id) {
    return Files.exists(folder.resolve("run").resolve(id));
  }

  private String container(String id) throws IOException {
    Files.createDirectories(folder.resolve("run").resolve(id));
    return id;
  }

  private void end(String id) throws IOException {
    Files.delete(folder.resolve("run").resolve(id));
  }

  private Leases leases() {
    return new Leases(new Networks(folder.resolve("networks"), folder.resolve("run/.networks")));
  }

  private static Network network(String subnet, String range) {
    Subnet parsed = Subnet.parse(subnet).orElseThrow();
    Pool pool = new Pool(parsed, parsed.base().plus(1), Subnet.parse(range));
    return new Network(
        "f".repeat(64),
        "web",
        "bridge",
        "nsb-x",
        1 << 25,
        List.of(pool),
        false,
        Map.of(),
        Map.of(),
        0);
  }

  private Address take(Network network, String id, String wanted) throws Exception {
    return leases()
        .take(network, network.pools().getFirst(), id, Address.parse(wanted), this::lives);
  }

  private Address take(Network network, String id) throws Exception {
    return take(network, id, "");
  }

  private void giveBack(Network network, Address address) throws IOException {
    Files.delete(
        folder.resolve("run/.networks").resolve(network.name()).resolve("leases/" + address));
  }

  @Test
  void addressesFollowEachOther() throws Exception {
    Network network = network("10.9.0.0/24", "");
    assertEquals("10.9.0.2", take(network, container("one")).toString());
    assertEquals("10.9.0.3", take(network, container("two")).toString());
    assertEquals(Set.of("10.9.0.2 one", "10.9.0.3 two"), words(leases().list(network)));
  }

  private static Set<String> words(List<Leases.Lease> leases) {
    Set<String> words = new HashSet<>();
    for (Leases.Lease lease : leases) {
      words.add(lease.address() + " " + lease.containerId());
    }
    return words;
  }

  @Test
  void anAddressThatWasGivenBackIsUsedAgainOnlyAfterAllOthers() throws Exception {
    Network network = network("10.9.0.0/29", "");
    Set<String> given = new HashSet<>();
    for (String expected : List.of("2", "3", "4", "5", "6", "2")) {
      Address address = take(network, container("one"));
      assertEquals("10.9.0." + expected, address.toString());
      given.add(address.toString());
      giveBack(network, address);
    }
    assertEquals(5, given.size());
  }

  @Test
  void neitherTheNetworkNorItsGatewayNorAllHostsAreGiven() throws Exception {
    Network network = network("10.9.0.0/30", "");
    assertEquals("10.9.0.2", take(network, container("one")).toString());
    NetworkException full =
        assertThrows(NetworkException.class, () -> take(network, container("two")));
    assertEquals("no free address in 10.9.0.0/30 of network web: 1 of 1 taken", full.getMessage());
    for (String reserved : List.of("10.9.0.0", "10.9.0.1", "10.9.0.3")) {
      assertThrows(NetworkException.class, () -> take(network, "two", reserved), reserved);
    }
    assertEquals(Set.of("10.9.0.2 one"), words(leases().list(network)));
  }

  @Test
  void anAddressOfAContainerThatIsGoneIsTakenOverWhenNoOtherIsLeft() throws Exception {
    Network network = network("10.9.0.0/29", "");
    for (String id : List.of("one", "two", "three", "four")) {
      take(network, container(id));
    }
    end("two");
    assertEquals("10.9.0.6", take(network, container("five")).toString());
    assertEquals("10.9.0.3", take(network, container("six")).toString());
    assertTrue(words(leases().list(network)).contains("10.9.0.3 six"));
  }

  @Test
  void onlyTheRangeIsGivenByItself() throws Exception {
    Network network = network("10.9.0.0/16", "10.9.5.0/30");
    Set<String> given = new HashSet<>();
    for (String id : List.of("one", "two", "three", "four")) {
      given.add(take(network, container(id)).toString());
    }
    assertEquals(Set.of("10.9.5.0", "10.9.5.1", "10.9.5.2", "10.9.5.3"), given);
    NetworkException full =
        assertThrows(NetworkException.class, () -> take(network, container("five")));
    assertEquals("no free address in 10.9.5.0/30 of network web: 4 of 4 taken", full.getMessage());
    assertEquals("10.9.7.1", take(network, "five", "10.9.7.1").toString());
  }

  @Test
  void aWantedAddressIsTakenOrItIsSaidWhyNot() throws Exception {
    Network network = network("10.9.0.0/24", "");
    assertEquals("10.9.0.77", take(network, container("one"), "10.9.0.77").toString());
    assertEquals("10.9.0.77", take(network, "one", "10.9.0.77").toString());
    AddressTakenException taken =
        assertThrows(
            AddressTakenException.class, () -> take(network, container("two"), "10.9.0.77"));
    assertEquals("one", taken.containerId());
    assertEquals(
        "address 10.9.0.77 of network web is already in use by container one", taken.getMessage());
    NetworkException outside =
        assertThrows(NetworkException.class, () -> take(network, "two", "10.9.1.1"));
    assertEquals(
        "address 10.9.1.1 is not in subnet 10.9.0.0/24 of network web", outside.getMessage());
    end("one");
    assertEquals("10.9.0.77", take(network, "two", "10.9.0.77").toString());
    assertEquals(Set.of("10.9.0.77 two"), words(leases().list(network)));
  }

  @Test
  void addressesOfVersion6() throws Exception {
    Network network = network("fd00:1:2:3::/64", "");
    assertEquals("fd00:1:2:3::2", take(network, container("one")).toString());
    assertEquals("fd00:1:2:3::3", take(network, container("two")).toString());
    assertEquals("fd00:1:2:3::ffff", take(network, "two", "fd00:1:2:3::ffff").toString());
    Network ranged = network("fd00:1:2:3::/64", "fd00:1:2:3:8::/127");
    assertEquals("fd00:1:2:3:8::", take(ranged, "one").toString());
    assertEquals("fd00:1:2:3:8::1", take(ranged, "one").toString());
    NetworkException full = assertThrows(NetworkException.class, () -> take(ranged, "two"));
    assertTrue(full.getMessage().endsWith("2 of 2 taken"), full.getMessage());
  }

  @Test
  void twoAddressesAloneAreTheGatewaysAndAContainers() throws Exception {
    Subnet pair = Subnet.parse("10.9.0.0/31").orElseThrow();
    Pool pool = Pool.of(new NetworkRequest.WantedSubnet(pair, Optional.empty(), Optional.empty()));
    assertEquals("10.9.0.0", pool.gateway().toString());
    Network network = network("10.9.0.0/31", "");
    assertEquals(
        "10.9.0.1",
        leases().take(network, pool, container("one"), Optional.empty(), this::lives).toString());
  }

  @Test
  void threadsAtOnceGetDifferentAddresses() throws Exception {
    Network network = network("10.9.0.0/24", "");
    List<Callable<String>> takers = new ArrayList<>();
    for (int i = 0; i < ADDRESSES; i++) {
      String id = container("container-" + i);
      takers.add(() -> take(network, id).toString());
    }
    Set<String> given = new HashSet<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
      for (Future<String> taken : threads.invokeAll(takers)) {
        assertTrue(given.add(taken.get()), taken.get());
      }
    }
    assertEquals(ADDRESSES, leases().list(network).size());
    assertThrows(NetworkException.class, () -> take(network, container("late")));
  }

  /// All leases are of containers that are gone, so every process takes over, from the same ones.
  @Test
  void processesThatTakeOverAtOnceGetDifferentAddresses() throws Exception {
    Network network = network("10.9.0.0/24", "");
    for (int i = 0; i < ADDRESSES; i++) {
      String id = container("gone-" + i);
      take(network, id);
      end(id);
    }
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      processes.add(taker("process" + i, ADDRESSES / PROCESSES));
    }
    Set<String> given = new HashSet<>();
    for (Process process : processes) {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), output);
      for (String line : output.lines().toList()) {
        assertTrue(given.add(line), line + " was given twice");
      }
    }
    assertEquals(ADDRESSES / PROCESSES * PROCESSES, given.size());
    Set<String> living = new HashSet<>();
    for (Leases.Lease lease : leases().list(network)) {
      if (lives(lease.containerId())) {
        assertTrue(living.add(lease.containerId()), lease.containerId() + " has two");
      }
    }
    assertEquals(given.size(), living.size());
  }

  private Process taker(String prefix, int count) throws IOException {
    return new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Taker.class.getName(),
            folder.toString(),
            prefix,
            Integer.toString(count))
        .redirectErrorStream(true)
        .start();
  }

  /// Takes addresses, and prints them.
  static final class Taker {
    private Taker() {}

    public static void main(String[] arguments) throws Exception {
      LeasesTest test = new LeasesTest();
      test.folder = Path.of(arguments[0]);
      Network network = network("10.9.0.0/24", "");
      StringBuilder given = new StringBuilder();
      for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
        String id = test.container(arguments[1] + "-" + i);
        given.append(test.take(network, id)).append('\n');
      }
      System.out.print(given);
    }
  }
}

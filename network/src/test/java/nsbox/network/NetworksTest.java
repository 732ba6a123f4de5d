package nsbox.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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

class NetworksTest {
  private static final Living NOBODY = id -> false;

  @TempDir Path folder;

  private Networks networks() throws IOException {
    Path proc = Files.createDirectories(folder.resolve("proc"));
    return new Networks(folder.resolve("networks"), folder.resolve("run/.networks"), proc);
  }

  private void proc(String file, String text) throws IOException {
    Files.createDirectories(folder.resolve("proc"));
    Files.writeString(folder.resolve("proc").resolve(file), text);
  }

  private static NetworkRequest request(String name, String... subnets) {
    List<NetworkRequest.WantedSubnet> wanted = new ArrayList<>();
    for (String subnet : subnets) {
      wanted.add(
          new NetworkRequest.WantedSubnet(
              Subnet.parse(subnet).orElseThrow(), Optional.empty(), Optional.empty()));
    }
    return new NetworkRequest(
        name,
        Network.BRIDGE,
        Optional.empty(),
        wanted,
        true,
        false,
        false,
        Map.of("mtu", "1400"),
        Map.of("team", "a=b"));
  }

  @Test
  void whatIsCreatedIsFoundAgain() throws Exception {
    Network network = networks().create(request("web", "10.9.0.0/24", "fd00:9::/64"));
    assertEquals(Optional.of(network), networks().find("web"));
    assertEquals(network, networks().lookup(network.id()).orElseThrow());
    assertEquals(network, networks().lookup(network.id().substring(0, 7)).orElseThrow());
    assertEquals(Optional.empty(), networks().lookup(""));
    assertEquals(Optional.empty(), networks().find("we"));
    assertEquals(Optional.empty(), networks().find("../networks/web"));
    assertEquals(network, Network.of(network.json()));
    assertTrue(network.id().matches("[0-9a-f]{64}"));
    assertEquals("nsb-" + network.id().substring(0, 11), network.link());
    assertTrue(network.index() >= 1 << 24 && network.index() < 1 << 30);
    assertEquals(1400, network.mtu());
    assertEquals("10.9.0.1", network.pool(false).orElseThrow().gateway().toString());
    assertEquals("fd00:9::1", network.pool(true).orElseThrow().gateway().toString());
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(networks().endpoints(network))));
    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(networks().leases(network))));
  }

  @Test
  void theBeginningOfTwoIdsIsAmbiguous() throws Exception {
    Set<Character> first = new HashSet<>();
    String beginning = "";
    for (int i = 0; i < 17 && beginning.isEmpty(); i++) {
      Network network = networks().create(request("n" + i));
      beginning = first.add(network.id().charAt(0)) ? "" : network.id().substring(0, 1);
    }
    String ambiguous = beginning;
    NetworkException refused =
        assertThrows(NetworkException.class, () -> networks().lookup(ambiguous));
    assertTrue(refused.getMessage().contains("is ambiguous"), refused.getMessage());
  }

  @Test
  void ofManyWhoNeedTheDefaultNetworkOneMakesIt() throws Exception {
    List<Callable<Network>> users = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      Networks networks = networks();
      users.add(networks::defaultNetwork);
    }
    Set<String> ids = new HashSet<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
      for (Future<Network> network : threads.invokeAll(users)) {
        ids.add(network.get().id());
      }
    }
    assertEquals(1, ids.size());
    Network network = networks().defaultNetwork();
    assertEquals("bridge nsbox0", network.name() + " " + network.link());
    assertEquals("10.63.0.0/16", network.pools().getFirst().subnet().toString());
    assertEquals(List.of(network), networks().list());
  }

  @Test
  void theDefaultNetworkMakesWayForTheHost() throws Exception {
    proc("dev", "Inter-| Receive\n face |bytes\n    lo: 0 0\nnsbox0: 1 2\n");
    proc("route", "Iface Destination Gateway\nnsbox0\t00003F0A\t0\t0001\t0\t0\t0\t0000FFFF\t0\n");
    Network network = networks().defaultNetwork();
    assertEquals("nsbox1 10.62.0.0/16", network.link() + " " + network.pools().getFirst().subnet());
  }

  @Test
  void ofManyWhoCreateAtOnceNoneShareASubnetAndOneHasTheName() throws Exception {
    List<Callable<String>> makers = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Networks networks = networks();
      String name = "net" + i / 2;
      makers.add(() -> {
        try {
          return networks.create(request(name)).pools().getFirst().subnet().toString();
        } catch (NetworkNameTakenException e) {
          return "";
        }
      });
    }
    List<String> subnets = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
      for (Future<String> made : threads.invokeAll(makers)) {
        if (!made.get().isEmpty()) {
          subnets.add(made.get());
        }
      }
    }
    assertEquals(20, subnets.size());
    assertEquals(20, new HashSet<>(subnets).size());
    assertEquals(20, networks().list().size());
  }

  @Test
  void aNameIsTakenOnce() throws Exception {
    networks().create(request("web"));
    NetworkException taken =
        assertThrows(NetworkNameTakenException.class, () -> networks().create(request("web")));
    assertEquals("network with name web already exists", taken.getMessage());
    for (String name : List.of("bridge", "host", "none", ".web", "", "a b", "a/b")) {
      assertThrows(NetworkException.class, () -> networks().create(request(name)), name);
    }
    assertEquals(1, networks().list().size());
  }

  @Test
  void whatAKilledMakerHasLeftGoes() throws Exception {
    networks();
    Path unfinished = Files.createDirectories(folder.resolve("networks/.new-abc"));
    Files.writeString(unfinished.resolve("network.json"), "{\"id\":");
    assertEquals(List.of(), networks().list());
    networks().create(request("web"));
    assertFalse(Files.exists(unfinished));
  }

  @Test
  void aNetworkGoesWhenNobodyThatLivesIsOnIt() throws Exception {
    Network network = networks().create(request("web"));
    Pool pool = network.pools().getFirst();
    new Leases(networks()).take(network, pool, "one", Optional.empty(), NOBODY);
    Files.writeString(networks().endpoints(network).resolve("two"), "");
    Living all = id -> true;
    assertEquals(List.of("one", "two"), networks().users(network, all));
    NetworkInUseException used =
        assertThrows(NetworkInUseException.class, () -> networks().remove(network, all));
    assertEquals(List.of("one", "two"), used.containerIds());
    assertTrue(networks().isStillThere(network));
    Networks.Removed removed = networks().remove(network, NOBODY).orElseThrow();
    assertFalse(networks().isStillThere(network));
    assertEquals(Optional.empty(), networks().find("web"));
    assertEquals(Optional.empty(), networks().remove(network, NOBODY));
    assertEquals(List.of(removed), networks().halfRemoved());
    assertTrue(Files.exists(removed.run().resolve("endpoints/two")));
    Network again = networks().create(request("web"));
    assertFalse(networks().isStillThere(network));
    assertTrue(networks().isStillThere(again));
    assertEquals(List.of(), new Leases(networks()).list(again));
  }
}

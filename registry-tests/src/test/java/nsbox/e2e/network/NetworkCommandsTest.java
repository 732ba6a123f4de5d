package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The commands of networks by themselves, on a host whose interfaces and routes are known: a
/// network namespace of the test's own.
final class NetworkCommandsTest extends NetworkTests {
  @Override
  protected void prepare() throws Exception {
    super.prepare();
    inside("ip link add upstream type bridge && ip link set upstream up");
    inside("ip addr add 192.0.2.9/24 dev upstream && ip route add default via 192.0.2.1");
    inside("ip -6 route add 2001:db8::/64 dev lo");
    inside("ip route add 198.51.100.0/24 via 192.0.2.1");
  }

  @AfterEach
  void removeNetworks() throws Exception {
    network("prune", "-f").expect(0);
    assertEquals(List.of(".lock", "bridge"), Nsbox.entries(nsbox.root.resolve("networks")));
  }

  private Running start(String... command) throws IOException {
    List<String> words = new ArrayList<>(List.of(program("nsenter"), "--net=/run/netns/" + host));
    words.addAll(List.of(command));
    return nsbox.start(Map.of(), words);
  }

  private void inside(String script) throws Exception {
    onHost("sh", "-c", script).expect(0);
  }

  private Running startNetwork(String... words) throws IOException {
    List<String> all =
        new ArrayList<>(List.of(Nsbox.HOME.resolve("bin/nsbox").toString(), "network"));
    all.addAll(List.of(words));
    return start(all.toArray(new String[0]));
  }

  private Result network(String... words) throws Exception {
    return startNetwork(words).finish();
  }

  private String subnets(String name) throws Exception {
    return network("inspect", "-f", "{{range .IPAM.Config}}{{.Subnet}} {{.Gateway}} {{end}}", name)
        .expect(0)
        .out()
        .strip();
  }

  @Test
  void areCreatedListedAndRemoved() throws Exception {
    String id = network("create", "--label", "team=a", "web").expect(0).out().strip();
    assertTrue(id.matches("[0-9a-f]{64}"), id);
    network("create", "net10").expect(0);
    network("create", "net2").expect(0);
    List<String> rows = network("ls").expect(0).out().lines().toList();
    assertEquals("NETWORK ID     NAME     DRIVER   SCOPE", rows.getFirst());
    assertEquals(id.substring(0, 12) + "   web      bridge   local", rows.getLast());
    assertEquals(
        "bridge bridge\nhost host\nnet2 bridge\nnet10 bridge\nnone null\nweb bridge\n",
        network("ls", "--format", "{{.Name}} {{.Driver}}").out());
    assertEquals(id + "\n", network("ls", "-q", "--no-trunc", "-f", "name=we").out());
    assertEquals(0, network("exists", id.substring(0, 9)).code());
    assertEquals(0, network("exists", "host").code());
    assertEquals(
        new Result(1, "web\nnet2\n", "nsbox: network nix not found\n"),
        network("rm", "web", "nix", "net2"));
    assertEquals(1, network("exists", "web").code());
    assertEquals(new Result(0, "", ""), network("rm", "-f", "web"));
    assertEquals(new Result(0, "Deleted Networks:\nnet10\n\n", ""), network("prune", "-f"));
  }

  @Test
  void takePodmansFlagsToo() throws Exception {
    Result made =
        network("create", "--interface-name", "web0", "--disable-dns", "--ignore", "web").expect(0);
    assertEquals(made, network("create", "--ignore", "web"));
    assertEquals(
        "web0 true\n",
        network(
                "inspect",
                "-f",
                "{{index .Options \"com.docker.network.bridge.name\"}}"
                    + " {{index .Options \"nsbox.no_names\"}}",
                "web")
            .out());
    network("create", "-d", "ipvlan", "--interface-name", "upstream", "-o", "mode=l3", "lan")
        .expect(0);
    assertEquals(
        "map[ipvlan_mode:l3 parent:upstream]\n",
        network("inspect", "-f", "{{.Options}}", "lan").out());
  }

  @Test
  void areFoundByFilters() throws Exception {
    network("create", "--label", "team=a", "one").expect(0);
    network("create", "--label", "team=b", "-d", "macvlan", "-o", "parent=upstream", "two")
        .expect(0);
    assertEquals("one two", names("type=custom"));
    assertEquals("bridge host none", names("type=builtin"));
    assertEquals("two", names("driver=macvlan"));
    assertEquals("none", names("driver=null"));
    assertEquals("one", names("label=team=a"));
    assertEquals("two", names("label=team", "label!=team=a"));
    assertEquals("one two", names("dangling=true"));
    assertEquals("bridge host none", names("dangling=false"));
    assertEquals("", names("scope=swarm"));
    assertEquals("one", names("until=0s", "name=one", "type=custom"));
    assertEquals(
        new Result(125, "", "nsbox: filter \"type=odd\": expected custom or builtin\n"),
        network("ls", "--filter", "type=odd"));
    assertEquals(125, network("ls", "--filter", "color=red").code());
    assertEquals(
        "Deleted Networks:\none\n\n", network("prune", "-f", "--filter", "label=team=a").out());
  }

  private String names(String... filters) throws Exception {
    List<String> words = new ArrayList<>(List.of("ls", "--format", "{{.Name}}"));
    for (String filter : filters) {
      words.addAll(List.of("--filter", filter));
    }
    return String.join(" ", network(words.toArray(new String[0])).expect(0).out().lines().toList());
  }

  @Test
  void areInspectedAsDockerDoes() throws Exception {
    network(
            "create",
            "--internal",
            "--subnet",
            "10.9.0.0/16",
            "--subnet",
            "fd00:9::/64",
            "--ip-range",
            "10.9.7.0/24",
            "--gateway",
            "10.9.255.1",
            "-o",
            "com.docker.network.driver.mtu=1400",
            "--label",
            "team=a",
            "web")
        .expect(0);
    assertEquals("10.9.0.0/16 10.9.255.1 fd00:9::/64 fd00:9::1", subnets("web"));
    assertEquals(
        "web bridge local true true true 10.9.7.0/24 1400 a map[] default\n",
        network(
                "inspect",
                "--format",
                "{{.Name}} {{.Driver}} {{.Scope}} {{.EnableIPv4}} {{.EnableIPv6}} {{.Internal}}"
                    + " {{(index .IPAM.Config 0).IPRange}}"
                    + " {{index .Options \"com.docker.network.driver.mtu\"}} {{.Labels.team}}"
                    + " {{.Containers}} {{.IPAM.Driver}}",
                "web")
            .out());
    Result some = network("inspect", "nix", "none");
    assertEquals(1, some.code());
    assertEquals("nsbox: network nix not found\n", some.err());
    assertTrue(some.out().contains("\"Driver\": \"null\""), some.out());
    assertEquals("web\n", run("inspect", "--type", "network", "-f", "{{.Name}}", "web").out());
  }

  @Test
  void subnetsAreChosenBesideWhatIsThere() throws Exception {
    assertEquals("10.63.0.0/16 10.63.0.1", subnets("bridge"));
    network("create", "one").expect(0);
    network("create", "--subnet", "10.64.1.0/24", "two").expect(0);
    inside("ip route add 10.64.2.0/24 via 192.0.2.1");
    try {
      network("create", "--ipv6", "three").expect(0);
    } finally {
      inside("ip route del 10.64.2.0/24");
    }
    assertEquals("10.64.0.0/24 10.64.0.1", subnets("one"));
    String chosen = subnets("three");
    assertTrue(
        chosen.matches("10\\.64\\.3\\.0/24 10\\.64\\.3\\.1 fd[0-9a-f:]+::/64 fd[0-9a-f:]+::1"),
        chosen);
    /* A parent's own subnet is what its containers are to be in. */
    network("create", "-d", "ipvlan", "-o", "parent=upstream", "--subnet", "192.0.2.0/24", "lan")
        .expect(0);
  }

  @Test
  void whatCannotBeIsRefused() throws Exception {
    network("create", "--subnet", "10.9.0.0/16", "-o", "com.docker.network.bridge.name=web0", "web")
        .expect(0);
    String refusals =
        """
        web                                              | 1   | network with name web already exists
        bridge                                           | 1   | operation is not permitted on predefined bridge network
        none                                             | 1   | operation is not permitted on predefined none network
        a/b                                              | 1   | network name a/b: it has 1 to 255 letters, digits, '_', '.' or '-' and begins with a letter or digit
        --subnet 10.9.3.0/24 x                           | 1   | Pool overlaps with other one on this address space: 10.9.3.0/24 and 10.9.0.0/16 of network web
        --subnet 192.0.2.128/25 x                        | 1   | subnet 192.0.2.128/25 overlaps with the host's route 192.0.2.0/24 of interface upstream
        --subnet 198.51.0.0/16 x                         | 1   | subnet 198.51.0.0/16 overlaps with the host's route 198.51.100.0/24 of interface upstream
        --subnet 2001:db8::/96 x                         | 1   | subnet 2001:db8::/96 overlaps with the host's route 2001:db8::/64 of interface lo
        --subnet 127.3.0.0/16 x                          | 1   | subnet 127.3.0.0/16 overlaps with 127.0.0.0/8, whose addresses no host can have
        --subnet 10.8.0.1/24 x                           | 125 | --subnet 10.8.0.1/24: invalid subnet: it should be 10.8.0.0/24
        --subnet 10.8.0.0 x                              | 125 | --subnet 10.8.0.0: invalid CIDR address; 10.9.0.0/24 is one
        --subnet 10.8.0.0/32 x                           | 1   | subnet 10.8.0.0/32 has no address for a container
        --subnet 10.8.0.0/24 --subnet 10.7.0.0/24 x      | 1   | a network has one subnet of version 4, not both 10.8.0.0/24 and 10.7.0.0/24
        --subnet 10.8.0.0/24 --gateway 10.7.0.1 x        | 125 | no matching subnet for gateway 10.7.0.1
        --subnet 10.8.0.0/24 --gateway 10.8.0.0 x        | 1   | gateway 10.8.0.0 is the first or the last address of subnet 10.8.0.0/24
        --subnet 10.8.0.0/24 --ip-range 10.8.0.0/16 x    | 125 | no matching subnet for range 10.8.0.0/16
        --gateway 10.8.0.1 x                             | 125 | every ip-range or gateway must have a corresponding subnet
        --gateway ten x                                  | 125 | --gateway ten: this is no IP address
        -d overlay x                                     | 125 | could not find plugin overlay: there are the drivers bridge, macvlan and ipvlan
        -d macvlan x                                     | 125 | --driver macvlan needs an interface of the host: -o parent=INTERFACE
        -d macvlan -o parent=nix0 x                      | 125 | -o parent=nix0: the host has no such interface
        -d macvlan -o parent=upstream -o mode=l2 x       | 125 | -o macvlan_mode=l2: expected one of bridge, private, vepa, passthru
        -d ipvlan -o parent=upstream --internal x        | 125 | --internal: only a bridge can be closed; what is on a ipvlan is on its parent
        -o com.docker.network.bridge.name=upstream x     | 1   | the host has an interface upstream already; a network needs one of its own
        -o com.docker.network.bridge.name=web0 x         | 1   | interface web0 is that of network web
        -o com.docker.network.bridge.name=a/b x          | 125 | -o com.docker.network.bridge.name=a/b: the name of an interface has 1 to 15 characters, without '/', ':' and spaces
        -o mtu=60 x                                      | 125 | -o mtu=60: expected 68 to 65535 bytes
        --ipv6 -o mtu=1000 x                             | 125 | -o mtu=1000: expected 1280 to 65535 bytes, for IPv6 needs them
        --ipam-driver dhcp x                             | 125 | --ipam-driver dhcp: addresses are given by nsbox itself: default or host-local
        --scope swarm x                                  | 125 | --scope swarm: networks are of this host alone: local
        --config-only x                                  | 125 | --config-only: there are no swarms, so no networks of theirs
        """;
    for (String line : refusals.lines().toList()) {
      String[] parts = line.split(" *\\| *", 3);
      List<String> create = new ArrayList<>(List.of("create"));
      create.addAll(List.of(parts[0].split(" ")));
      assertEquals(
          new Result(Integer.parseInt(parts[1]), "", "nsbox: " + parts[2] + "\n"),
          network(create.toArray(new String[0])));
    }
    assertEquals("web", names("type=custom"));
  }

  @Test
  void thoseThatAreAlwaysThereStay() throws Exception {
    for (String name : List.of("bridge", "host", "none")) {
      assertEquals(
          new Result(1, "", "nsbox: " + name + " is a pre-defined network and cannot be removed\n"),
          network("rm", "-f", name));
    }
    assertEquals("bridge host none", names());
    assertTrue(network("create", "-d", "host", "x").err().startsWith("nsbox: only one instance"));
  }

  @Test
  void pruneAsks() throws Exception {
    network("create", "web").expect(0);
    assertEquals(
        new Result(
            0,
            "WARNING! This will remove all custom networks not used by at least one container.\n"
                + "Are you sure you want to continue? [y/N] ",
            ""),
        network("prune"));
    assertEquals("web", names("type=custom"));
  }

  @Test
  void whatHappensIsAnEvent() throws Exception {
    String id = network("create", "told").expect(0).out().strip();
    network("rm", "told").expect(0);
    String events =
        nsbox
            .run("events", "--since", "1h", "--until", "0s", "--filter", "network=told")
            .expect(0)
            .out();
    assertEquals(2, events.lines().count(), events);
    assertTrue(events.contains(" network create " + id + " (name=told, type=bridge)\n"), events);
    assertTrue(events.contains(" network destroy " + id + " (name=told, type=bridge)\n"), events);
  }

  @Test
  void ofTwoAtOnceOneHasTheNameAndNoneTheSubnetOfAnother() throws Exception {
    List<Running> all = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      all.add(startNetwork("create", "net" + i / 2));
    }
    int made = 0;
    for (Running one : all) {
      Result result = one.finish();
      made += result.code() == 0 ? 1 : 0;
      assertTrue(
          result.code() == 0 || result.err().endsWith(" already exists\n"), result.toString());
    }
    assertEquals(6, made);
    Set<String> subnets = new HashSet<>();
    for (int i = 0; i < 6; i++) {
      assertTrue(subnets.add(subnets("net" + i)), "two have the subnet of net" + i);
    }
    all.clear();
    for (int i = 0; i < 12; i++) {
      all.add(startNetwork("rm", "net" + i / 2));
    }
    int removed = 0;
    for (Running one : all) {
      Result result = one.finish();
      removed += result.code() == 0 ? 1 : 0;
      assertTrue(result.code() == 0 || result.err().endsWith(" not found\n"), result.toString());
    }
    assertEquals(6, removed);
  }

  @Test
  void whoIsKilledLeavesNoHalfNetwork() throws Exception {
    TreeSet<String> seen = new TreeSet<>();
    for (int i = 0; i < 24; i++) {
      boolean creates = i % 2 == 0;
      if (creates) {
        network("rm", "-f", "web").expect(0);
      } else if (network("exists", "web").code() != 0) {
        network("create", "web").expect(0);
      }
      Running victim = creates ? startNetwork("create", "web") : startNetwork("rm", "web");
      Thread.sleep(60 + 12L * i);
      victim.process().descendants().forEach(ProcessHandle::destroyForcibly);
      victim.process().destroyForcibly().waitFor();
      int exists = network("exists", "web").code();
      seen.add((creates ? "create " : "rm ") + exists);
      assertEquals(exists == 0 ? 0 : 1, network("inspect", "web").code(), "whole or not at all");
      assertEquals(exists == 0 ? "bridge host none web" : "bridge host none", names());
    }
    network("rm", "-f", "web").expect(0);
    network("create", "web").expect(0);
    network("rm", "web").expect(0);
    assertFalse(seen.isEmpty());
    assertNotEquals(Set.of("create 1"), seen);
  }

  /// Its folder is out of the way and still says what there was of it: so the next one goes on.
  @Test
  void aRemovalThatWasCutOffIsFinishedByTheNext() throws Exception {
    String id = network("create", "web").expect(0).out().strip();
    Path folder = nsbox.root.resolve("networks");
    Files.move(folder.resolve("web"), folder.resolve(".removed-" + id));
    Files.createDirectories(folder.resolve(".new-half"));
    Files.writeString(folder.resolve(".new-half/network.json"), "{");
    assertEquals("bridge host none", names());
    assertEquals(1, network("exists", "web").code());
    network("create", "web").expect(0);
    assertEquals(List.of(".lock", "bridge", "web"), Nsbox.entries(folder));
  }

  @Test
  void aNameIsOfOneOfTwoRoots() throws Exception {
    network("create", "web").expect(0);
    Path other = Files.createDirectory(nsbox.folder.resolve("other"));
    Result listed =
        run(
                "--root",
                other.resolve("root").toString(),
                "--run-root",
                other.resolve("run").toString(),
                "network",
                "ls",
                "--format",
                "{{.Name}}")
            .expect(0);
    assertEquals("bridge\nhost\nnone\n", listed.out());
  }
}

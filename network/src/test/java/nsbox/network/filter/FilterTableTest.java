package nsbox.network.filter;

import static nsbox.network.filter.Tables.attempt;
import static nsbox.network.filter.Tables.bridge;
import static nsbox.network.filter.Tables.list;
import static nsbox.network.filter.Tables.network;
import static nsbox.network.filter.Tables.port;
import static nsbox.network.filter.Tables.transact;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.network.Address;
import nsbox.network.Network;
import nsbox.network.NetworkNamespace;
import nsbox.network.NetworkNamespace.Result;
import nsbox.network.PublishedPort;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The table as the kernel has it, and `nft` shows it.
class FilterTableTest {
  private static final String CONTAINER = "web5678901234567890";
  private static final Optional<Address> ADDRESS_4 = Address.parse("10.81.0.2");
  private static final Optional<Address> ADDRESS_6 = Address.parse("fd00:81::2");
  private static final Network PLAIN =
      bridge("nsbox0", false, Map.of(), "10.81.0.0/16", "fd00:81::/64");
  private static final Network CLOSED =
      bridge("nsb-closed", true, Map.of(), "10.82.0.0/24", "fd00:82::/64");
  private static final Network ROUTED =
      bridge(
          "nsb-routed",
          false,
          Map.of("com.docker.network.bridge.enable_ip_masquerade", "false"),
          "10.82.1.0/24");

  private NetworkNamespace host;

  @BeforeEach
  void create() throws Exception {
    host = NetworkNamespace.create();
  }

  @AfterEach
  void delete() throws Exception {
    host.close();
  }

  private static byte[] publish(PublishedPort... ports) {
    return FilterTable.publish(List.of(ports), ADDRESS_4, ADDRESS_6, CONTAINER);
  }

  private static byte[] withdraw(PublishedPort... ports) {
    return FilterTable.withdraw(List.of(ports), ADDRESS_4, ADDRESS_6, CONTAINER);
  }

  @Test
  void isWhatNftWouldMake() throws Exception {
    transact(host, FilterTable.ensure(List.of(PLAIN, CLOSED, ROUTED)));
    transact(host, publish(port("", 8080, 80, "tcp"), port("192.0.2.1", 53, 5353, "udp")));
    String ours = list(host);
    try (NetworkNamespace other = NetworkNamespace.create()) {
      String text =
          new String(
              getClass().getResourceAsStream("table.nft").readAllBytes(), StandardCharsets.UTF_8);
      Result made = other.attempt(text.getBytes(StandardCharsets.UTF_8), "nft", "-f", "-");
      assertEquals(new Result(0, ""), made);
      assertEquals(list(other), ours);
    }
  }

  /* Also the numbers that nft shows to nobody: its own listing can be given back to it. */
  @Test
  void isShownSoThatNftTakesIt() throws Exception {
    transact(host, FilterTable.ensure(List.of(PLAIN, CLOSED)));
    transact(host, publish(port("", 8080, 80, "tcp"), port("2001:db8::1", 99, 99, "sctp")));
    String shown = host.run("nft", "list", "table", "inet", "nsbox");
    assertTrue(
        shown.contains("elements = { tcp . 8080 comment \"web567890123\" : 10.81.0.2 . 80 }"),
        shown);
    assertTrue(
        shown.contains(
            "elements = { 2001:db8::1 . sctp . 99 comment \"web567890123\" : fd00:81::2 . 99 }"),
        shown);
    host.run("nft", "delete", "table", "inet", "nsbox");
    assertEquals(
        new Result(0, ""), host.attempt(shown.getBytes(StandardCharsets.UTF_8), "nft", "-f", "-"));
    assertEquals(shown, host.run("nft", "list", "table", "inet", "nsbox"));
  }

  @Test
  void staysWhenItIsAsItShouldBe() throws Exception {
    transact(host, FilterTable.ensure(List.of(PLAIN, CLOSED)));
    transact(host, publish(port("", 8080, 80, "tcp")));
    String before = list(host);
    transact(host, FilterTable.ensure(List.of(PLAIN)));
    transact(host, publish(port("", 8080, 80, "tcp")));
    assertEquals(before, list(host));
  }

  @Test
  void isRepairedWhateverSomebodyDidToIt() throws Exception {
    transact(host, FilterTable.ensure(List.of(PLAIN, CLOSED)));
    String before = list(host);
    for (String damage :
        List.of(
            "nft flush table inet nsbox",
            "nft delete table inet nsbox",
            "nft flush ruleset",
            "nft flush chain inet nsbox forward",
            "nft add rule inet nsbox forward drop",
            "nft flush set inet nsbox bridges",
            "nft flush table inet nsbox; nft delete set inet nsbox internal",
            "nft chain inet nsbox forward '{ policy drop; }'",
            "nft add table inet nsbox '{ flags dormant; }'",
            "nft delete chain inet nsbox raw",
            "nft delete element inet nsbox internal '{ \"nsb-closed\" }'")) {
      host.script(damage);
      transact(host, FilterTable.ensure(List.of(PLAIN, CLOSED)));
      assertEquals(sorted(before), sorted(list(host)), damage);
    }
  }

  /* A chain that was missing is made behind the others. */
  private static String sorted(String table) {
    List<String> chains = new ArrayList<>(List.of(table.split("\n\n|\n}\n")));
    chains.sort(null);
    return String.join("\n", chains);
  }

  @Test
  void leavesOtherTablesAlone() throws Exception {
    host.script(
        "nft add table ip others; nft add chain ip others every; nft add rule ip others every drop");
    String before = host.run("nft", "list", "table", "ip", "others");
    transact(host, FilterTable.ensure(List.of(PLAIN)));
    host.run("nft", "delete", "table", "inet", "nsbox");
    assertEquals(before, host.run("nft", "list", "ruleset"));
  }

  @Test
  void takesNetworksOut() throws Exception {
    transact(host, FilterTable.ensure(List.of(PLAIN)));
    String before = list(host);
    transact(host, FilterTable.ensure(List.of(CLOSED, ROUTED)));
    transact(host, FilterTable.remove(CLOSED));
    transact(host, FilterTable.remove(ROUTED));
    assertEquals(before, list(host));
    transact(host, FilterTable.remove(CLOSED));
    assertEquals(before, list(host));
  }

  /* The last addresses of all have none behind them. */
  @Test
  void takesSubnetsWhereverTheyAre() throws Exception {
    List<Network> networks =
        List.of(
            bridge("nsb-all", false, Map.of(), "0.0.0.0/1", "::/1"),
            bridge("nsb-last", true, Map.of(), "128.0.0.0/1", "8000::/1"));
    transact(host, FilterTable.ensure(networks));
    String before = list(host);
    assertTrue(before.contains("elements = { 0.0.0.0/1, 128.0.0.0/1 }"), before);
    assertTrue(before.contains("elements = { ::/1,\n\t\t\t     8000::/1 }"), before);
    transact(host, FilterTable.ensure(networks));
    assertEquals(before, list(host));
    for (Network network : networks) {
      transact(host, FilterTable.remove(network));
      transact(host, FilterTable.remove(network));
    }
    assertTrue(!list(host).contains("elements"));
    transact(host, FilterTable.ensure(networks));
    assertEquals(before, list(host));
  }

  @Test
  void hasNoElementsOfNetworksWithoutABridge() throws Exception {
    Network network = network(Network.MACVLAN, "eth7", false, Map.of(), "10.99.0.0/16");
    transact(host, FilterTable.ensure(List.of()));
    String before = list(host);
    transact(host, FilterTable.ensure(List.of(network)));
    assertEquals(before, list(host));
    assertEquals(0, FilterTable.remove(network).length);
  }

  @Test
  void takesPortsOut() throws Exception {
    transact(host, FilterTable.ensure(List.of(PLAIN)));
    String before = list(host);
    PublishedPort[] ports = {
      port("", 8080, 80, "tcp"),
      port("0.0.0.0", 81, 80, "udp"),
      port("::", 81, 80, "tcp"),
      port("192.0.2.1", 82, 80, "tcp"),
      port("2001:db8::1", 82, 80, "tcp")
    };
    transact(host, publish(ports));
    transact(host, withdraw(ports));
    assertEquals(before, list(host));
    transact(host, withdraw(ports));
    assertEquals(before, list(host));
  }

  /* The second message is the first one's port in version 6. */
  @Test
  void refusesAPortThatLeadsElsewhereAndTakesNoneOfTheOthers() throws Exception {
    transact(host, FilterTable.ensure(List.of(PLAIN)));
    transact(host, publish(port("", 8080, 80, "tcp")));
    String before = list(host);
    PublishedPort[] others = {port("", 8081, 80, "tcp"), port("", 8080, 81, "tcp")};
    Result refused = new Result(1, "3 EEXIST\n4 EEXIST\n");
    assertEquals(refused, attempt(host, publish(others)));
    assertEquals(before, list(host));
    assertEquals(1, attempt(host, withdraw(others)).status());
    assertEquals(before, list(host));
  }

  @Test
  void hasNothingToTakeOutWhereThereIsNoTable() throws Exception {
    assertTrue(attempt(host, FilterTable.remove(PLAIN)).output().startsWith("1 ENOENT\n"));
    assertTrue(
        attempt(host, withdraw(port("", 8080, 80, "tcp"))).output().startsWith("1 ENOENT\n"));
  }

  @Test
  void publishesOnlyWhatTheContainerHasAddressesFor() throws Exception {
    transact(host, FilterTable.ensure(List.of(PLAIN)));
    byte[] messages =
        FilterTable.publish(
            List.of(port("", 8080, 80, "tcp"), port("::", 8081, 80, "tcp")),
            ADDRESS_4,
            Optional.empty(),
            CONTAINER);
    transact(host, messages);
    String shown = list(host);
    assertTrue(shown.contains("6 . 8080 comment"), shown);
    assertTrue(!shown.contains("8081"), shown);
  }

  @Test
  void takesManyPortsAtOnce() throws Exception {
    transact(host, FilterTable.ensure(List.of(PLAIN)));
    String before = list(host);
    PublishedPort[] ports = new PublishedPort[5000];
    for (int i = 0; i < ports.length; i++) {
      ports[i] = port("", 20000 + i, i + 1, "tcp");
    }
    transact(host, publish(ports));
    assertTrue(list(host).contains("6 . 24999 comment \"web567890123\" : fd00:81::2 . 5000"));
    transact(host, withdraw(ports));
    assertEquals(before, list(host));
  }
}

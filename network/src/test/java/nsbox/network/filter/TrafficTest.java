package nsbox.network.filter;

import static nsbox.network.filter.Tables.bridge;
import static nsbox.network.filter.Tables.port;
import static nsbox.network.filter.Tables.transact;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import nsbox.network.Address;
import nsbox.network.NetworkNamespace;
import nsbox.network.PublishedPort;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What the table lets through, and what it does not: a host with four networks, containers on
/// them, and a peer outside that knows the way to all of them.
///
/// | name | address | |
/// |---|---|---|
/// | web | 10.81.0.2 | publishes 8080 and, on 127.0.0.1 and on 192.0.2.3, 8081 and 8082 |
/// | friend | 10.81.0.3 | on the same network as web |
/// | stranger | 10.82.0.2 | on another one |
/// | hidden, hermit | 10.83.0.2, 10.83.0.3 | on an internal one |
/// | routed | 10.84.0.2 | on one that is not masqueraded |
/// | peer | 192.0.2.2 | the host is 192.0.2.1 to it, and 192.0.2.3 |
///
/// In version 6 they are `fd00:81::2` and so on, and `2001:db8::2` and so on.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrafficTest {
  private final List<NetworkNamespace> namespaces = new ArrayList<>();
  private NetworkNamespace host;
  private NetworkNamespace peer;
  private NetworkNamespace web;
  private NetworkNamespace friend;
  private NetworkNamespace stranger;
  private NetworkNamespace hidden;
  private NetworkNamespace routed;

  @BeforeAll
  void build() throws Exception {
    host = create();
    peer = create();
    host.connect("up0", peer, "up0");
    host.script(
        """
        for all in 4/conf/all/forwarding 6/conf/all/forwarding; do echo 1 >/proc/sys/net/ipv$all; done
        ip address add 192.0.2.1/24 dev up0
        ip address add 192.0.2.3/24 dev up0
        ip address add 2001:db8::3/64 dev up0 nodad
        ip address add 2001:db8::1/64 dev up0 nodad
        """);
    framesAreFiltered(host);
    peer.script(
        """
        ip address add 192.0.2.2/24 dev up0
        ip address add 2001:db8::2/64 dev up0 nodad
        ip route add 10.80.0.0/13 via 192.0.2.1
        ip route add fd00::/16 via 2001:db8::1
        """);
    for (int number = 81; number <= 84; number++) {
      addBridge(number);
    }
    transact(
        host,
        FilterTable.ensure(
            List.of(
                bridge("br81", false, Map.of(), "10.81.0.0/24", "fd00:81::/64"),
                bridge("br82", false, Map.of(), "10.82.0.0/24", "fd00:82::/64"),
                bridge("br83", true, Map.of(), "10.83.0.0/24", "fd00:83::/64"),
                bridge(
                    "br84",
                    false,
                    Map.of("com.docker.network.bridge.enable_ip_masquerade", "false"),
                    "10.84.0.0/24",
                    "fd00:84::/64"))));
    web = container(81, 2, "web");
    friend = container(81, 3, "friend");
    stranger = container(82, 2, "stranger");
    hidden = container(83, 2, "hidden");
    container(83, 3, "hermit");
    routed = container(84, 2, "routed");
    host.start(NetworkNamespace.program("answer"), "host", "99");
    peer.start(NetworkNamespace.program("answer"), "peer", "80");
    transact(
        host,
        FilterTable.publish(
            List.of(
                port("", 8080, 80, PublishedPort.TCP),
                port("", 8080, 80, PublishedPort.UDP),
                port("127.0.0.1", 8081, 80, PublishedPort.TCP),
                port("192.0.2.3", 8082, 80, PublishedPort.TCP),
                port("2001:db8::3", 8082, 80, PublishedPort.TCP)),
            Address.parse("10.81.0.2"),
            Address.parse("fd00:81::2"),
            "web"));
  }

  /// Whether frames within a bridge pass the filters too: br_netfilter has been loaded by somebody,
  /// docker for one, and that is what it does in a new namespace.
  void framesAreFiltered(NetworkNamespace namespace) throws Exception {
    namespace.script(
        """
        cd /proc/sys/net/bridge 2>/dev/null || exit 0
        for version in ip ip6; do echo 0 >bridge-nf-call-${version}tables; done
        """);
  }

  @AfterAll
  void close() throws Exception {
    for (NetworkNamespace namespace : namespaces) {
      namespace.close();
    }
  }

  private NetworkNamespace create() throws Exception {
    NetworkNamespace made = NetworkNamespace.create();
    namespaces.add(made);
    return made;
  }

  private void addBridge(int number) throws Exception {
    host.script(
        """
        ip link add br%1$d type bridge
        ip address add 10.%1$d.0.1/24 dev br%1$d
        ip address add fd00:%1$d::1/64 dev br%1$d nodad
        ip link set br%1$d up
        echo 1 >/proc/sys/net/ipv4/conf/br%1$d/route_localnet
        """
            .formatted(number));
  }

  private NetworkNamespace container(int network, int number, String name) throws Exception {
    NetworkNamespace made = create();
    String link = "v" + network + number;
    host.connect(link, made, "eth0");
    // Filtered frames to a container's own published port leave by the port of the bridge they came
    // by.
    host.run("ip", "link", "set", link, "master", "br" + network);
    host.run("bridge", "link", "set", "dev", link, "hairpin", "on");
    made.script(
        """
        ip address add 10.%1$d.0.%2$d/24 dev eth0
        ip address add fd00:%1$d::%2$d/64 dev eth0 nodad
        ip route add default via 10.%1$d.0.1
        ip route add default via fd00:%1$d::1
        """
            .formatted(network, number));
    made.start(NetworkNamespace.program("answer"), name, "80");
    return made;
  }

  /* What each caller gets: `tcp 192.0.2.1 8080 web 192.0.2.2`, say. */
  private static void expect(NetworkNamespace caller, String... lines) throws Exception {
    List<Process> asked = new ArrayList<>();
    for (String line : lines) {
      String[] words = line.split(" ");
      asked.add(caller.spawn(NetworkNamespace.program("ask"), words[0], words[1], words[2]));
    }
    List<String> got = new ArrayList<>();
    for (int i = 0; i < lines.length; i++) {
      String[] words = lines[i].split(" ");
      String answer = new String(asked.get(i).getInputStream().readAllBytes()).strip();
      got.add(words[0] + " " + words[1] + " " + words[2] + " " + answer);
    }
    assertEquals(String.join("\n", lines), String.join("\n", got));
  }

  @Test
  void aPublishedPortIsReachedFromOutsideAndSeesWhoCalls() throws Exception {
    expect(
        peer,
        "tcp 192.0.2.1 8080 web 192.0.2.2",
        "udp 192.0.2.1 8080 web 192.0.2.2",
        "tcp 192.0.2.3 8080 web 192.0.2.2",
        "tcp 2001:db8::1 8080 web 2001:db8::2",
        "udp 2001:db8::1 8080 web 2001:db8::2");
  }

  @Test
  void aPublishedPortIsReachedFromTheHost() throws Exception {
    expect(
        host,
        "tcp 127.0.0.1 8080 web 10.81.0.1",
        "udp 127.0.0.1 8080 web 10.81.0.1",
        "tcp 127.5.5.5 8080 web 10.81.0.1",
        "tcp 192.0.2.1 8080 web 192.0.2.1",
        "udp 192.0.2.1 8080 web 192.0.2.1",
        "tcp 10.81.0.1 8080 web 10.81.0.1",
        "tcp 2001:db8::1 8080 web 2001:db8::1",
        "tcp fd00:81::1 8080 web fd00:81::1");
  }

  /* The kernel would not take the answers. Who tries ::1 first goes on with 127.0.0.1 at once. */
  @Test
  void aPublishedPortOfTheLoopbackAddressOfVersion6IsRefused() throws Exception {
    expect(host, "tcp ::1 8080 refused", "udp ::1 8080 refused");
  }

  @Test
  void aPublishedPortIsReachedFromContainers() throws Exception {
    expect(
        web,
        "tcp 192.0.2.1 8080 web 10.81.0.1",
        "udp 192.0.2.1 8080 web 10.81.0.1",
        "tcp 10.81.0.1 8080 web 10.81.0.1",
        "tcp 2001:db8::1 8080 web fd00:81::1");
    expect(
        friend,
        "tcp 192.0.2.1 8080 web 10.81.0.1",
        "udp 192.0.2.1 8080 web 10.81.0.1",
        "tcp 2001:db8::1 8080 web fd00:81::1");
    expect(stranger, "tcp 192.0.2.1 8080 web 10.81.0.1", "tcp 2001:db8::1 8080 web fd00:81::1");
    expect(routed, "tcp 192.0.2.1 8080 web 10.81.0.1", "tcp 2001:db8::1 8080 web fd00:81::1");
  }

  @Test
  void aPortOfOneAddressIsPublishedOnThatAlone() throws Exception {
    expect(
        peer,
        "tcp 192.0.2.3 8082 web 192.0.2.2",
        "tcp 192.0.2.1 8082 refused",
        "tcp 2001:db8::3 8082 web 2001:db8::2",
        "tcp 2001:db8::1 8082 refused",
        "tcp 192.0.2.1 8081 refused");
    expect(
        host,
        "tcp 127.0.0.1 8081 web 10.81.0.1",
        "tcp 192.0.2.1 8081 refused",
        "tcp 127.0.0.1 8082 refused");
  }

  /* A neighbour that sends frames for 127.0.0.1 to the host. */
  @Test
  void theHostsLoopbackIsClosedToOthers() throws Exception {
    for (NetworkNamespace caller : List.of(peer, friend)) {
      boolean outside = caller == peer;
      caller.script(
          """
          link=%s
          echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet
          ip rule add pref 10 to 127.0.0.0/8 lookup 100
          ip rule add pref 20 lookup local
          ip rule delete pref 0
          ip route add 127.0.0.0/8 via %s dev $link src %s table 100
          """
              .formatted(
                  outside ? "up0" : "eth0",
                  outside ? "192.0.2.1" : "10.81.0.1",
                  outside ? "192.0.2.2" : "10.81.0.3"));
      expect(
          caller,
          "tcp 127.0.0.1 8080 silence",
          "tcp 127.0.0.1 8081 silence",
          "tcp 127.0.0.1 99 silence",
          "udp 127.0.0.1 99 silence");
    }
    // It is the rules that keep them out.
    host.script(
        """
        nft flush chain inet nsbox raw
        nft flush chain inet nsbox prerouting
        nft add rule inet nsbox prerouting fib daddr type local jump published
        """);
    expect(peer, "tcp 127.0.0.1 8081 web 192.0.2.2");
    expect(friend, "tcp 127.0.0.1 99 host 10.81.0.3");
    transact(host, FilterTable.ensure(List.of()));
  }

  @Test
  void anUnpublishedPortIsReachedFromTheHostAndTheSameNetworkAlone() throws Exception {
    expect(
        peer,
        "tcp 10.81.0.2 80 silence",
        "udp 10.81.0.2 80 silence",
        "tcp fd00:81::2 80 silence",
        "tcp 10.84.0.2 80 silence",
        "tcp 192.0.2.1 80 refused");
    expect(host, "tcp 10.81.0.2 80 web 10.81.0.1", "tcp fd00:81::2 80 web fd00:81::1");
    expect(
        friend,
        "tcp 10.81.0.2 80 web 10.81.0.3",
        "udp 10.81.0.2 80 web 10.81.0.3",
        "tcp fd00:81::2 80 web fd00:81::3");
  }

  @Test
  void networksAreClosedToEachOther() throws Exception {
    expect(stranger, "tcp 10.81.0.2 80 silence", "tcp fd00:81::2 80 silence");
    expect(web, "tcp 10.82.0.2 80 silence", "udp 10.82.0.2 80 silence");
  }

  @Test
  void whatGoesOutHasTheHostsAddress() throws Exception {
    expect(
        web,
        "tcp 192.0.2.2 80 peer 192.0.2.1",
        "udp 192.0.2.2 80 peer 192.0.2.1",
        "tcp 2001:db8::2 80 peer 2001:db8::1",
        "udp 2001:db8::2 80 peer 2001:db8::1",
        "tcp 192.0.2.1 99 host 10.81.0.2");
  }

  @Test
  void whatGoesOutOfARoutedNetworkKeepsItsAddress() throws Exception {
    expect(routed, "tcp 192.0.2.2 80 peer 10.84.0.2", "tcp 2001:db8::2 80 peer fd00:84::2");
  }

  @Test
  void anInternalNetworkIsClosedBothWays() throws Exception {
    expect(
        hidden,
        "tcp 10.83.0.3 80 hermit 10.83.0.2",
        "tcp fd00:83::3 80 hermit fd00:83::2",
        "tcp 192.0.2.2 80 silence",
        "udp 192.0.2.2 80 silence",
        "tcp 2001:db8::2 80 silence",
        "tcp 10.81.0.2 80 silence",
        "tcp 192.0.2.1 8080 silence",
        "tcp 10.83.0.1 99 silence",
        "udp 10.83.0.1 99 silence",
        "tcp fd00:83::1 99 silence",
        "ping 192.0.2.2 0 silence",
        "ping 10.83.0.1 0 echo",
        "ping fd00:83::1 0 echo");
    expect(peer, "tcp 10.83.0.2 80 silence", "tcp fd00:83::2 80 silence");
    expect(web, "tcp 10.83.0.2 80 silence", "tcp fd00:83::2 80 silence");
    // The host itself may, and its gateway answers.
    expect(
        host,
        "tcp 10.83.0.2 80 hidden 10.83.0.1",
        "udp 10.83.0.2 80 hidden 10.83.0.1",
        "tcp fd00:83::2 80 hidden fd00:83::1");
  }

  @Test
  void aWithdrawnPortIsClosed() throws Exception {
    List<PublishedPort> ports = List.of(port("", 8090, 80, PublishedPort.TCP));
    Optional<Address> version4 = Address.parse("10.81.0.2");
    Optional<Address> version6 = Address.parse("fd00:81::2");
    transact(host, FilterTable.publish(ports, version4, version6, "web"));
    expect(peer, "tcp 192.0.2.1 8090 web 192.0.2.2");
    transact(host, FilterTable.withdraw(ports, version4, Optional.empty(), "web"));
    expect(peer, "tcp 192.0.2.1 8090 refused", "tcp 2001:db8::1 8090 web 2001:db8::2");
    transact(host, FilterTable.withdraw(ports, Optional.empty(), version6, "web"));
    expect(peer, "tcp 2001:db8::1 8090 refused");
  }

  /* A connection that is there lives on while the rules are made anew, many times. */
  @Test
  void repairDoesNotDisturbConnections() throws Exception {
    byte[] ensure =
        FilterTable.ensure(
            List.of(bridge("br81", false, Map.of(), "10.81.0.0/24", "fd00:81::/64")));
    FutureTask<String> repair = new FutureTask<>(() -> Tables.times(host, ensure, ensure));
    Thread.ofPlatform().start(repair);
    do {
      expect(peer, "tcp 192.0.2.1 8080 web 192.0.2.2", "tcp 10.81.0.2 80 silence");
    } while (!repair.isDone());
    repair.get();
  }
}

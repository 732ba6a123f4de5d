package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Who reaches whom: real bytes between containers, the host that the test makes, and a peer
/// outside of it.
class ReachTest extends NetworkTests {
  private static final String NOTHING = "nothing";

  /* The peer's and the host's addresses between the two. */
  private static final String PEER = "198.51.100.2";
  private static final String HOST = "198.51.100.1";
  private static final String HOST_6 = "fd99::1";

  /* Answers with its own name and with who it thinks is asking. */
  private static final String SERVER =
      """
      import socket, sys
      kind, port, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
      s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM if kind == 'tcp' else socket.SOCK_DGRAM)
      s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
      s.bind(('::', port))
      if kind == 'tcp': s.listen()
      print('ready', flush=True)
      while True:
          if kind == 'tcp':
              c, who = s.accept()
              c.sendall((name + ' ' + who[0].replace('::ffff:', '')).encode())
              c.close()
          else:
              _, who = s.recvfrom(100)
              s.sendto((name + ' ' + who[0].replace('::ffff:', '')).encode(), who)
      """;

  private static final String CLIENT =
      """
      import socket, sys
      kind, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
      s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET,
                        socket.SOCK_STREAM if kind == 'tcp' else socket.SOCK_DGRAM)
      s.settimeout(1)
      try:
          s.connect((address, port))
          if kind == 'udp': s.send(b'x')
          print(s.recv(100).decode(), end='')
      except OSError:
          print('nothing', end='')
      """;

  private final List<Running> servers = new ArrayList<>();
  private final String peer = host + "-peer";

  @BeforeAll
  void makePeer() throws Exception {
    outside("ip", "netns", "add", peer);
    onHost("ip", "link", "add", "up0", "type", "veth", "peer", "name", "eth0", "netns", peer)
        .expect(0);
    onHost("ip", "addr", "add", HOST + "/24", "dev", "up0").expect(0);
    onHost("ip", "addr", "add", HOST_6 + "/64", "dev", "up0", "nodad").expect(0);
    onHost("ip", "link", "set", "up0", "up").expect(0);
    outside("ip", "-n", peer, "addr", "add", PEER + "/24", "dev", "eth0");
    outside("ip", "-n", peer, "addr", "add", "fd99::2/64", "dev", "eth0", "nodad");
    outside("ip", "-n", peer, "link", "set", "eth0", "up");
    outside("ip", "-n", peer, "route", "add", "default", "via", HOST);
    outside("ip", "-n", peer, "route", "add", "default", "via", HOST_6);
  }

  private void outside(String... command) throws Exception {
    nsbox.start(Map.of(), List.of(command)).finish().expect(0);
  }

  @AfterAll
  void peerGoes() throws Exception {
    outside("ip", "netns", "del", peer);
  }

  /* Theirs are the namespaces too: before the containers go, and their links. */
  @AfterEach
  void serversEnd() throws Exception {
    for (Running server : servers) {
      server.process().destroyForcibly().waitFor();
    }
    servers.clear();
    for (String network : List.of("one", "two", "six", "shut")) {
      if (run("network", "exists", network).code() == 0) {
        removeContainers();
        run("network", "rm", network).expect(0);
      }
    }
  }

  private void removeContainers() throws Exception {
    List<String> ids = new ArrayList<>(List.of("rm", "-f", "-t", "0"));
    ids.addAll(run("ps", "-aq").out().lines().toList());
    if (ids.size() > 4) {
      run(ids.toArray(new String[0])).expect(0);
    }
  }

  private String in(String container) throws Exception {
    return "--net=/proc/"
        + run("inspect", "-f", "{{.State.Pid}}", container).expect(0).out().strip()
        + "/ns/net";
  }

  private String onPeer() {
    return "--net=/run/netns/" + peer;
  }

  private String onTheHost() {
    return "--net=/run/netns/" + host;
  }

  private void serve(String container, String kind, int port) throws Exception {
    serveAt(in(container), kind, port, container);
  }

  private Running serveAt(String where, String kind, int port, String name) throws Exception {
    Running server =
        nsbox.start(
            Map.of(),
            List.of("nsenter", where, "python3", "-c", SERVER, kind, Integer.toString(port), name));
    servers.add(server);
    for (int i = 0; i < 200 && server.out().isEmpty(); i++) {
      Thread.sleep(20);
    }
    assertEquals("ready\n", server.out(), server.err());
    return server;
  }

  /// What is answered, or [#NOTHING].
  private String ask(String from, String kind, String address, int port) throws Exception {
    return nsbox
        .start(
            Map.of(),
            List.of(
                "nsenter", from, "python3", "-c", CLIENT, kind, address, Integer.toString(port)))
        .finish()
        .expect(0)
        .out();
  }

  private String address(String container, String network) throws Exception {
    return run(
            "inspect",
            "-f",
            "{{(index .NetworkSettings.Networks \"" + network + "\").IPAddress}}",
            container)
        .expect(0)
        .out()
        .strip();
  }

  @Test
  void containersReachEachOtherByNameAndByAddress() throws Exception {
    run("network", "create", "one").expect(0);
    running("--name=server", "--network=one");
    running("--name=client", "--network=one");
    serve("server", "tcp", 80);
    String own = address("client", "one");
    assertEquals("server " + own, ask(in("client"), "tcp", address("server", "one"), 80));
    assertEquals(
        "server " + own, run("exec", "client", "sh", "-c", "nc server 80").expect(0).out());
    assertTrue(run("exec", "server", "ping", "-c1", "-W2", "client").code() == 0);
  }

  @ParameterizedTest
  @CsvSource({"tcp", "udp"})
  void aPublishedPortIsReachedFromOutside(String kind) throws Exception {
    run("network", "create", "--ipv6", "six").expect(0);
    running("--name=server", "--network=six", "-p=8080:80/" + kind, "-p=127.0.0.1:8081:80/" + kind);
    serve("server", kind, 80);
    assertEquals("server " + PEER, ask(onPeer(), kind, HOST, 8080));
    assertEquals("server fd99::2", ask(onPeer(), kind, HOST_6, 8080));
    assertTrue(ask(onTheHost(), kind, "127.0.0.1", 8080).startsWith("server "));
    assertTrue(ask(onTheHost(), kind, HOST, 8080).startsWith("server "));
    assertTrue(ask(onTheHost(), kind, "127.0.0.1", 8081).startsWith("server "));
    assertEquals(NOTHING, ask(onPeer(), kind, HOST, 8081), "published on loopback alone");
    assertEquals(NOTHING, ask(onPeer(), kind, address("server", "six"), 80), "not published there");
    run("rm", "-f", "-t", "0", "server").expect(0);
    assertEquals(NOTHING, ask(onPeer(), kind, HOST, 8080), "it is gone");
  }

  @Test
  void containersReachThePeerByTheHostsAddress() throws Exception {
    running("--name=client", "--network=bridge");
    serveAt(onPeer(), "tcp", 90, "peer");
    assertEquals("peer " + HOST, ask(in("client"), "tcp", PEER, 90));
  }

  @Test
  void aPublishedPortLeadsBackToItsContainerAndToItsNeighbours() throws Exception {
    run("network", "create", "one").expect(0);
    run("network", "create", "two").expect(0);
    running("--name=server", "--network=one", "-p=8080:80");
    running("--name=neighbour", "--network=one");
    running("--name=stranger", "--network=two");
    serve("server", "tcp", 80);
    for (String client : List.of("server", "neighbour", "stranger")) {
      assertTrue(ask(in(client), "tcp", HOST, 8080).startsWith("server "), client + " by " + HOST);
    }
    assertEquals(
        NOTHING, ask(in("stranger"), "tcp", address("server", "one"), 80), "another network");
  }

  @Test
  void anInternalNetworkIsClosed() throws Exception {
    run("network", "create", "--internal", "shut").expect(0);
    running("--name=server", "--network=shut");
    running("--name=client", "--network=shut");
    running("--name=outsider", "--network=bridge");
    serve("server", "tcp", 80);
    serve("outsider", "tcp", 80);
    String server = address("server", "shut");
    assertTrue(ask(in("client"), "tcp", server, 80).startsWith("server "));
    assertEquals(NOTHING, ask(in("outsider"), "tcp", server, 80));
    assertEquals(NOTHING, ask(onPeer(), "tcp", server, 80));
    assertEquals(NOTHING, ask(in("client"), "tcp", address("outsider", "bridge"), 80));
    String gateway =
        run("network", "inspect", "-f", "{{(index .IPAM.Config 0).Gateway}}", "shut").out().strip();
    serveAt(onTheHost(), "tcp", 91, "host");
    assertEquals("host 127.0.0.1", ask(onTheHost(), "tcp", "127.0.0.1", 91));
    assertEquals(NOTHING, ask(in("client"), "tcp", gateway, 91), "the host's own services");
    /* Also with a route, which it does not have by itself. */
    onHost("nsenter", in("client"), "ip", "route", "add", "default", "via", gateway).expect(0);
    assertEquals(NOTHING, ask(in("client"), "tcp", PEER, 91));
  }

  @Test
  void aContainerOnTwoNetworksReachesBoth() throws Exception {
    run("network", "create", "one").expect(0);
    run("network", "create", "two").expect(0);
    running("--name=left", "--network=one");
    running("--name=right", "--network=two");
    running("--name=both", "--network=one", "--network=two", "-p=8080:80");
    serve("left", "tcp", 80);
    serve("right", "tcp", 80);
    serve("both", "tcp", 80);
    assertTrue(ask(in("both"), "tcp", address("left", "one"), 80).startsWith("left "));
    assertTrue(ask(in("both"), "tcp", address("right", "two"), 80).startsWith("right "));
    assertEquals("both " + PEER, ask(onPeer(), "tcp", HOST, 8080));
    assertEquals(NOTHING, ask(in("left"), "tcp", address("right", "two"), 80));
  }

  @Test
  void connectAndDisconnectChangeWhatRuns() throws Exception {
    run("network", "create", "one").expect(0);
    run("network", "create", "two").expect(0);
    running("--name=server", "--network=one", "-p=8080:80");
    running("--name=client", "--network=two");
    serve("server", "tcp", 80);
    assertEquals(NOTHING, ask(in("client"), "tcp", address("server", "one"), 80));
    run("network", "connect", "--alias=web", "two", "server").expect(0);
    String second = address("server", "two");
    assertTrue(ask(in("client"), "tcp", second, 80).startsWith("server "));
    assertTrue(run("exec", "client", "nc", "web", "80").out().startsWith("server "));
    run("network", "disconnect", "one", "server").expect(0);
    assertEquals("server " + PEER, ask(onPeer(), "tcp", HOST, 8080), "by the other network now");
    run("network", "disconnect", "two", "server").expect(0);
    assertEquals(NOTHING, ask(onPeer(), "tcp", HOST, 8080));
    assertEquals(NOTHING, ask(in("client"), "tcp", second, 80));
    assertEquals(1, run("exec", "client", "ping", "-c1", "-W1", "web").code(), "no such name");
    run("network", "connect", "one", "server").expect(0);
    assertEquals("server " + PEER, ask(onPeer(), "tcp", HOST, 8080), "and back");
  }

  @Test
  void aFlushedTableIsMadeAnewByAnyCommand() throws Exception {
    running("--name=server", "--network=bridge", "-p=8080:80");
    serve("server", "tcp", 80);
    assertEquals("server " + PEER, ask(onPeer(), "tcp", HOST, 8080));
    for (String damage :
        List.of("flush ruleset", "flush table inet nsbox", "flush map inet nsbox ports4")) {
      List<String> words = new ArrayList<>(List.of("nft"));
      words.addAll(List.of(damage.split(" ")));
      onHost(words.toArray(new String[0])).expect(0);
      assertEquals(NOTHING, ask(onPeer(), "tcp", HOST, 8080), damage);
      run("ps", "-q").expect(0);
      assertEquals("server " + PEER, ask(onPeer(), "tcp", HOST, 8080), damage);
    }
  }

  @Test
  void aTakenPortIsSaidWithItsHolder() throws Exception {
    running("--name=server", "--network=bridge", "-p=8080:80");
    assertEquals(
        "nsbox: cannot start container second\n"
            + "  Bind for 0.0.0.0:8080/tcp failed: port is already allocated: container server has it.\n",
        run("run", "-d", "--name=second", "--network=bridge", "-p=8080:80", ALPINE, "true").err());
    Running other = serveAt(onTheHost(), "tcp", 8082, "other");
    var refused =
        run("run", "--rm", "--name=third", "--network=bridge", "-p=8082:80", ALPINE, "true");
    assertEquals(125, refused.code());
    assertTrue(
        refused.err().contains("process " + other.process().pid() + " (python3) has it"),
        refused.err());
  }
}

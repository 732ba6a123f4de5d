package nsbox.network.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The plugins of the CNI project, between network namespaces that the test makes: one is the host,
/// others are containers.
class CniPluginsTest {
  private static final String HOST = name("host");
  private static final String ONE = name("one");
  private static final String TWO = name("two");

  @TempDir Path folder;

  @BeforeEach
  void namespaces() throws Exception {
    for (String name : List.of(HOST, ONE, TWO)) {
      ip("netns", "add", name);
    }
    in(HOST, "ip", "link", "set", "lo", "up");
    in(HOST, "ip", "link", "add", "uplink", "type", "veth", "peer", "name", "elsewhere");
    in(HOST, "ip", "link", "set", "uplink", "up");
  }

  @AfterEach
  void remove() throws Exception {
    for (String name : List.of(HOST, ONE, TWO)) {
      if (Files.exists(Path.of(namespace(name)))) {
        ip("netns", "delete", name);
      }
    }
  }

  @Test
  void bridgeWithPortsAndFirewall() throws Exception {
    CniNetwork network =
        network(
            "0.4.0",
            """
            {"type": "bridge", "bridge": "cnitest0", "isGateway": true, "ipMasq": true,
             "hairpinMode": true, "capabilities": {"ips": true, "mac": true},
             "ipam": {"type": "host-local", "dataDir": "DATA", "routes": [{"dst": "0.0.0.0/0"}],
                      "subnet": "10.219.0.0/24"}},
            {"type": "portmap", "capabilities": {"portMappings": true}},
            {"type": "firewall"},
            {"type": "tuning", "sysctl": {"net.ipv4.conf.eth0.forwarding": "0"}}
            """);
    CniResult one = runtime().add(network, attachment(ONE, published(8080, 80)), cache(ONE));
    CniResult two = runtime().add(network, attachment(TWO, new JsonObject()), cache(TWO));
    assertEquals(List.of("10.219.0.2/24"), addresses(one));
    assertEquals(List.of("10.219.0.3/24"), addresses(two));
    assertEquals("10.219.0.1", one.ips().getFirst().gateway().orElseThrow().toString());
    assertEquals("0.0.0.0/0", one.routes().getFirst().destination().toString());
    String mac = one.containerInterface("eth0").orElseThrow().mac();
    assertTrue(in(ONE, "ip", "link", "show", "eth0").contains(mac));
    in(TWO, "busybox", "ping", "-c1", "-W5", "10.219.0.2");
    in(HOST, "busybox", "ping", "-c1", "-W5", "10.219.0.3");
    assertTrue(in(HOST, "iptables-save").contains("--dport 8080"));
    runtime().delete(cache(ONE), namespace(ONE));
    runtime().delete(cache(TWO), namespace(TWO));
    assertFalse(in(HOST, "iptables-save").contains("8080"));
    assertFalse(in(HOST, "ip", "link").contains("veth"));
    assertEquals(List.of(), given("10.219"));
  }

  /* Without portmap: that of version 1.1.1 misses rules of IPv6 that nobody needs. */
  @Test
  void checkFindsWhatIsGone() throws Exception {
    CniNetwork network =
        network(
            "0.4.0",
            """
            {"type": "bridge", "bridge": "cnitest0", "isGateway": true,
             "ipam": {"type": "host-local", "dataDir": "DATA", "subnet": "10.219.0.0/24"}},
            {"type": "firewall"},
            {"type": "tuning", "sysctl": {"net.ipv4.conf.eth0.forwarding": "0"}}
            """);
    runtime().add(network, attachment(ONE, new JsonObject()), cache(ONE));
    runtime().check(cache(ONE));
    in(ONE, "ip", "address", "flush", "dev", "eth0");
    CniException e = assertThrows(CniException.class, () -> runtime().check(cache(ONE)));
    assertTrue(e.getMessage().contains("CHECK of plugin bridge failed: "), e.getMessage());
    runtime().delete(cache(ONE), namespace(ONE));
  }

  @Test
  void addressesOfBothVersions() throws Exception {
    CniNetwork network =
        network(
            "1.0.0",
            """
            {"type": "bridge", "bridge": "cnitest0", "isGateway": true,
             "ipam": {"type": "host-local", "dataDir": "DATA",
                      "ranges": [[{"subnet": "10.219.0.0/24"}], [{"subnet": "fd00:219::/64"}]]}},
            {"type": "portmap", "capabilities": {"portMappings": true}}
            """);
    CniResult result = runtime().add(network, attachment(ONE, published(8082, 82)), cache(ONE));
    assertEquals(List.of("10.219.0.2/24", "fd00:219::2/64"), addresses(result));
    in(HOST, "busybox", "ping", "-c5", "-W1", "fd00:219::2");
    assertTrue(in(HOST, "ip6tables-save").contains("--dport 8082"));
    runtime().delete(cache(ONE), namespace(ONE));
    assertFalse(in(HOST, "ip6tables-save").contains("8082"));
  }

  @Test
  void anAddressThatIsAskedForAndWhatGoesWithoutANamespace() throws Exception {
    CniNetwork network =
        network(
            "1.0.0",
            """
            {"type": "bridge", "bridge": "cnitest0", "isGateway": true,
             "capabilities": {"ips": true, "mac": true},
             "ipam": {"type": "host-local", "dataDir": "DATA", "subnet": "10.219.0.0/24"}},
            {"type": "portmap", "capabilities": {"portMappings": true}}
            """);
    JsonObject told =
        published(8081, 81).put("ips", List.of("10.219.0.77/24")).put("mac", "02:42:0a:db:00:4d");
    CniResult result = runtime().add(network, attachment(ONE, told), cache(ONE));
    assertEquals(List.of("10.219.0.77/24"), addresses(result));
    assertEquals("02:42:0a:db:00:4d", result.containerInterface("eth0").orElseThrow().mac());
    assertEquals(List.of("10.219.0.77"), given("10.219"));
    ip("netns", "delete", ONE);
    ip("netns", "add", ONE);
    runtime().delete(cache(ONE), "");
    assertEquals(List.of(), given("10.219"));
    assertFalse(in(HOST, "iptables-save").contains("8081"));
  }

  @Test
  void whatAFailedAddMadeIsTakenBack() throws Exception {
    CniNetwork network =
        network(
            "1.0.0",
            """
            {"type": "bridge", "bridge": "cnitest0", "isGateway": true,
             "ipam": {"type": "host-local", "dataDir": "DATA", "subnet": "10.219.0.0/24"}},
            {"type": "tuning", "sysctl": {"net.ipv4.no_such_value": "1"}}
            """);
    CniException e =
        assertThrows(
            CniException.class,
            () -> runtime().add(network, attachment(ONE, new JsonObject()), cache(ONE)));
    assertTrue(
        e.getMessage()
            .startsWith("CNI network " + network.name() + ": ADD of plugin tuning failed: "),
        e.getMessage());
    assertTrue(e.getMessage().contains("no_such_value"), e.getMessage());
    assertEquals(0, e.getSuppressed().length);
    assertFalse(in(ONE, "ip", "link").contains("eth0"));
    assertEquals(List.of(), given("10.219"));
  }

  @Test
  void saysThatNoAddressIsLeft() throws Exception {
    CniNetwork network =
        network(
            "1.0.0",
            """
            {"type": "bridge", "bridge": "cnitest0",
             "ipam": {"type": "host-local", "dataDir": "DATA", "subnet": "10.219.0.0/30"}}
            """);
    runtime().add(network, attachment(ONE, new JsonObject()), cache(ONE));
    CniException e =
        assertThrows(
            CniException.class,
            () -> runtime().add(network, attachment(TWO, new JsonObject()), cache(TWO)));
    assertTrue(
        e.getMessage()
            .startsWith(
                "CNI network "
                    + network.name()
                    + ": ADD of plugin bridge failed: failed to allocate for range 0: no IP"),
        e.getMessage());
    runtime().delete(cache(ONE), namespace(ONE));
  }

  @Test
  void severalNetworksAtOnce() throws Exception {
    CniNetwork first =
        network(
            "1.0.0",
            """
            {"type": "ptp", "ipam": {"type": "host-local", "dataDir": "DATA",
             "subnet": "10.219.1.0/24", "routes": [{"dst": "0.0.0.0/0"}]}}
            """);
    CniNetwork second =
        network(
            "1.0.0",
            """
            {"type": "macvlan", "master": "uplink", "ipam": {"type": "static",
             "addresses": [{"address": "10.219.2.9/24"}]}}
            """);
    CniNetwork loopback = network("0.3.1", "{\"type\": \"loopback\"}");
    runtime().add(first, attachment(ONE, new JsonObject()), cache(ONE));
    CniAttachment more =
        new CniAttachment("boxed-" + ONE, namespace(ONE), "eth1", Map.of(), new JsonObject());
    CniResult result = runtime().add(second, more, cache(ONE));
    assertEquals(List.of("10.219.2.9/24"), addresses(result));
    CniAttachment inner =
        new CniAttachment("boxed-" + ONE, namespace(ONE), "lo", Map.of(), new JsonObject());
    assertTrue(addresses(runtime().add(loopback, inner, cache(ONE))).contains("127.0.0.1/8"));
    List<String> names = new ArrayList<>();
    for (CniRuntime.Attached each : CniRuntime.attached(cache(ONE))) {
      names.add(each.attachment().interfaceName() + " " + each.network().name());
    }
    assertEquals(
        List.of("lo " + loopback.name(), "eth0 " + first.name(), "eth1 " + second.name()), names);
    in(HOST, "busybox", "ping", "-c1", "-W5", "10.219.1.2");
    runtime().delete(cache(ONE), namespace(ONE));
    assertFalse(in(ONE, "ip", "link").contains("eth"));
    assertEquals(List.of(), CniRuntime.attached(cache(ONE)));
  }

  @Test
  void versionsThatPluginsSpeak() throws Exception {
    assertTrue(runtime().versions("any", "bridge").contains("1.0.0"));
    Path file = folder.resolve("any.conflist");
    Files.writeString(
        file,
        "{\"name\": \"any\", \"cniVersion\": \"0.4.0\", \"cniVersions\": [\"1.0.0\"],"
            + " \"plugins\": [{\"type\": \"loopback\"}]}");
    CniNetwork network = new CniNetworks(folder).find("any").orElseThrow();
    CniAttachment inner =
        new CniAttachment("boxed", namespace(ONE), "lo", Map.of(), new JsonObject());
    CniResult result = runtime().add(network, inner, cache(ONE));
    assertEquals("1.0.0", result.json().string("cniVersion"));
    runtime().delete(cache(ONE), namespace(ONE));
  }

  private static JsonObject published(int host, int container) {
    JsonObject mapping =
        new JsonObject()
            .put("hostPort", host)
            .put("containerPort", container)
            .put("protocol", "tcp");
    return new JsonObject().put("portMappings", List.of(mapping));
  }

  private static CniAttachment attachment(String namespace, JsonObject told) {
    return new CniAttachment(
        "boxed-" + namespace, namespace(namespace), "eth0", Map.of("IgnoreUnknown", "1"), told);
  }

  private static String namespace(String name) {
    return "/run/netns/" + name;
  }

  private Path cache(String name) {
    return folder.resolve(name + "/cni");
  }

  private static CniRuntime runtime() {
    return new CniRuntime(
        new CniPrograms(
            List.of(Path.of("/usr/lib/cni")),
            List.of("ip", "netns", "exec", HOST),
            System.getenv(),
            Duration.ofSeconds(60)));
  }

  private CniNetwork network(String version, String plugins) throws IOException {
    String name = "net-" + Long.toString(System.nanoTime(), 36);
    Files.writeString(
        folder.resolve(name + ".conflist"),
        "{\"name\": \""
            + name
            + "\", \"cniVersion\": \""
            + version
            + "\", \"plugins\": ["
            + plugins.replace("DATA", folder.resolve("data").toString())
            + "]}");
    return new CniNetworks(folder).find(name).orElseThrow();
  }

  private static List<String> addresses(CniResult result) {
    List<String> addresses = new ArrayList<>();
    for (CniResult.Ip ip : result.containerIps()) {
      addresses.add(ip.address() + "/" + ip.prefixLength());
    }
    return addresses;
  }

  /* Which addresses host-local has given. */
  private List<String> given(String prefix) throws IOException {
    List<String> given = new ArrayList<>();
    try (var files = Files.walk(folder.resolve("data"))) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().startsWith(prefix)) {
          given.add(file.getFileName().toString());
        }
      }
    }
    return given;
  }

  private static String name(String role) {
    return "nsboxcni-" + role + "-" + ProcessHandle.current().pid();
  }

  private static String in(String namespace, String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    words.addAll(List.of(command));
    return run(words);
  }

  private static void ip(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words));
    run(command);
  }

  private static String run(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), command + ": " + said);
    return said;
  }
}

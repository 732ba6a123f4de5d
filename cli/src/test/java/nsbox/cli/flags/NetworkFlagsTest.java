package nsbox.cli.flags;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.bundle.options.NamespaceOptions.Kind;
import nsbox.bundle.options.NamespaceOptions.Namespace;
import nsbox.cli.Failure;
import nsbox.network.Address;
import nsbox.network.Attachment;
import nsbox.network.NetworkOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkFlagsTest {
  private static final NetworkOptions NONE =
      new NetworkOptions(List.of(), List.of(), false, List.of());

  @Test
  void takesNamesOfNetworks() throws Failure {
    assertEquals(List.of(plain("app")), attachments("--network", "app"));
    assertEquals(List.of(plain("bridge")), attachments("--net=bridge"));
    assertEquals(List.of(plain("bridge")), attachments("--network", "default"));
    assertEquals(
        List.of(plain("app"), plain("data.1")), attachments("--net", "app", "--network", "data.1"));
  }

  @Test
  void hasTheBuiltInDefaultOrTheVariables() throws Failure {
    assertEquals(NetworkFlags.BUILT_IN, NetworkFlags.mode(AskedWords.of()));
    Map<String, String> variable = Map.of(NetworkFlags.VARIABLE, "app:alias=db");
    assertEquals(
        List.of(new Attachment("app", none(), none(), Optional.empty(), List.of("db"))),
        NetworkFlags.read(AskedWords.of(variable)).attachments());
    assertEquals(NONE, NetworkFlags.read(AskedWords.of(variable, "--network", "none")));
    assertEquals("app", NetworkFlags.mode(AskedWords.of(variable)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name=app,alias=a,alias=b,ip=10.0.0.5,ip6=fd00::5,mac-address=02:42:0A:00:00:05",
        "alias=a,name=app,\"alias=b\",ip=10.0.0.5,ip6=fd00::5,mac-address=02-42-0a-00-00-05",
        "app:ip=10.0.0.5,alias=a,mac=02:42:0a:00:00:05,alias=b,ip=fd00::5",
        "app:ip=10.0.0.5,ip6=fd00::5,alias=a,alias=b,mac=02:42:0a:00:00:05"
      })
  void takesOptionsOfEachNetwork(String word) throws Failure {
    assertEquals(List.of(full()), attachments("--network", word));
  }

  @Test
  void takesOptionsOfTheOnlyNetwork() throws Failure {
    assertEquals(
        List.of(full()),
        attachments(
            "--network",
            "app",
            "--ip",
            "10.0.0.5",
            "--ip6",
            "fd00::5",
            "--mac-address",
            "02:42:0a:00:00:05",
            "--network-alias",
            "a",
            "--net-alias",
            "b"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--network= | --network : network name/id is not specified",
        "--network=alias=a | --network alias=a: network name/id is not specified",
        "--network=:ip=1.2.3.4 | --network :ip=1.2.3.4: network name/id is not specified",
        "--network=a/b | --network a/b: invalid network name a/b; it has letters, digits, '_', '.' and '-'",
        "--network=.. | --network ..: invalid network name ..; it has letters, digits, '_', '.' and '-'",
        "--network=app:5 | --network app:5: invalid field 5; expected KEY=VALUE, as in ip=10.0.0.5",
        "--network=app:x=5 | --network app:x=5: invalid field key x; there are name, alias, ip, ip6, mac and mac-address",
        "--network=app:ip=1.2.3 | --network app:ip=1.2.3: invalid IPv4 address: 1.2.3",
        "--network=app:ip6=1.2.3.4 | --network app:ip6=1.2.3.4: invalid IPv6 address: 1.2.3.4",
        "--network=name=app,driver-opt=a=b | --network name=app,driver-opt=a=b: nsbox has no options of a driver for one container; see network create",
        "--network=app:alias= | --network app:alias=: an alias is a name without blanks, not \"\"",
        "--network=app,--network-alias=a b | --network-alias a b: an alias is a name without blanks, not \"a b\"",
        "--network=app,--ip=fd00::1 | --ip: invalid IPv4 address: fd00::1",
        "--network=app,--ip=0.0.0.0 | --ip: invalid IPv4 address: 0.0.0.0",
        "--network=app,--ip6=10.0.0.1 | --ip6: invalid IPv6 address: 10.0.0.1",
        "--network=app,--mac-address=02:42 | --mac-address: invalid MAC address 02:42; expected six bytes, as 02:42:0a:00:00:05",
        "--network=app,--mac-address=00:00:00:00:00:00 | --mac-address: invalid MAC address 00:00:00:00:00:00; expected six bytes, as 02:42:0a:00:00:05",
        "--network=app,--mac-address=02:42:0a:00:00:0g | --mac-address: invalid MAC address 02:42:0a:00:00:0g; expected six bytes, as 02:42:0a:00:00:05",
        "--network=app,--mac-address=01:42:0a:00:00:05 | --mac-address: invalid MAC address 01:42:0a:00:00:05: it is one of a group, its first byte is odd",
        "--network=ns:relative | --network ns:relative: private, host, container:NAME, ns:PATH",
        "--network=container: | --network container:: private, host, container:NAME, ns:PATH"
      })
  void refusesWrongValues(String words, String message) {
    assertEquals(message, refusal(split(words)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--network=host --network=app | conflicting options: cannot attach both user-defined and non-user-defined network-modes: --network host and --network app",
        "--network=app --network=container:db | conflicting options: cannot attach both user-defined and non-user-defined network-modes: --network container:db and --network app",
        "--network=host --network=none | --network host and --network none: container cannot be connected to multiple networks with one of the networks in private (none) mode",
        "--network=none --network=host | --network none and --network host: container cannot be connected to multiple networks with one of the networks in host mode",
        "--network=app --network=app | network \"app\" is specified multiple times",
        "--network=a --network=b --ip=10.0.0.5 | --ip 10.0.0.5: can only be set for a single network; Use: --network a:ip=10.0.0.5",
        "--network=a --network=b --mac-address=02:42:0a:00:00:05 | --mac-address 02:42:0a:00:00:05: can only be set for a single network; Use: --network a:mac=02:42:0a:00:00:05",
        "--network=a --network=b --network-alias=db | --network-alias db: can only be set for a single network; Use: --network a:alias=db",
        "--network=a:ip=10.0.0.5 --ip=10.0.0.6 | conflicting options: cannot specify both --ip and per-network IPv4 address",
        "--network=a:ip6=fd00::5 --ip6=fd00::6 | conflicting options: cannot specify both --ip6 and per-network IPv6 address",
        "--network=a:mac=02:42:0a:00:00:05 --mac-address=02:42:0a:00:00:05 | conflicting options: cannot specify both --mac-address and per-network MAC address",
        "--network=a:alias=x --network-alias=y | conflicting options: cannot specify both --network-alias and per-network alias",
        "--network=bridge --network-alias=y | network-scoped alias is supported only for containers in user defined networks: y on bridge",
        "--network=none --ip=10.0.0.5 | user specified IP address is supported on user defined networks only: --ip 10.0.0.5 and --network none",
        "--network=host --ip6=fd00::5 | user specified IP address is supported on user defined networks only: --ip6 fd00::5 and --network host",
        "--network=host --mac-address=02:42:0a:00:00:05 | conflicting options: mac-address and the network mode: --network host",
        "--network=none --network-alias=a | network-scoped alias is supported only for containers in user defined networks: --network none",
        "--network=container:db -p=80:80 | conflicting options: port publishing and the container type network mode: --network container:db",
        "--network=container:db -P | conflicting options: port publishing and the container type network mode: --network container:db",
        "--network=ns:/run/netns/x -P | conflicting options: port publishing and the container type network mode: --network ns:/run/netns/x",
        "--network=container:db --expose=80 | conflicting options: port exposing and the container type network mode: --network container:db",
        "--network=container:db --add-host=a:host-gateway | --add-host a:host-gateway: this container's network has no gateway; name an address",
        "--network=none --add-host=a=host-gateway | --add-host a=host-gateway: this container's network has no gateway; name an address",
        "--link=db:database | --link db:database: nsbox has no links; containers on one network find each other by name; Use: nsbox network create NAME, and --network NAME for both",
        "--link-local-ip=169.254.1.1 | --link-local-ip 169.254.1.1: the kernel gives link-local addresses; use --ip or --ip6"
      })
  void refusesConflicts(String words, String message) {
    assertEquals(message, refusal(words.split(" ")).replace("\n ", ";"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"host", "none"})
  void dropsPortsWithoutANetwork(String mode) throws Failure {
    Asked asked = AskedWords.of("--network", mode, "-p", "80:80", "-P", "--hostname", "web");
    assertEquals(NONE, NetworkFlags.read(asked));
    assertEquals(
        List.of("Published ports are discarded when using " + mode + " network mode"),
        asked.warnings());
  }

  @Test
  void knowsTheNamespaceOfEachMode() throws Failure {
    assertEquals(Namespace.PRIVATE, namespace("none"));
    assertEquals(Namespace.PRIVATE, namespace("app:ip=10.0.0.5"));
    assertEquals(Namespace.HOST, namespace("host"));
    assertEquals(new Namespace(Kind.CONTAINER, "db"), namespace("container:db"));
    assertEquals(new Namespace(Kind.PATH, "/run/netns/a=b"), namespace("ns:/run/netns/a=b"));
  }

  @Test
  void keepsNamesOfTheGatewayApart() throws Failure {
    Asked asked =
        AskedWords.of(
            "--network=app",
            "--add-host=host.internal:host-gateway",
            "--add-host=a:10.0.0.5",
            "--add-host=b;c=host-gateway");
    assertEquals(List.of("host.internal", "b c"), NetworkFlags.read(asked).gatewayHosts());
    assertEquals(List.of("10.0.0.5\ta"), NameFlags.read(asked).hosts());
  }

  private static Namespace namespace(String mode) throws Failure {
    return NamespaceFlags.read(AskedWords.of("--network", mode)).network();
  }

  private static List<Attachment> attachments(String... words) throws Failure {
    return NetworkFlags.read(AskedWords.of(words)).attachments();
  }

  /* As run reads them. */
  private static String refusal(String... words) {
    Asked asked = AskedWords.of(words);
    return assertThrows(
            Failure.class,
            () -> {
              NameFlags.read(asked);
              NamespaceFlags.read(asked);
              NetworkFlags.read(asked);
            })
        .getMessage();
  }

  /* At commas that come before an option. */
  private static String[] split(String words) {
    return words.split(",(?=--)");
  }

  private static Attachment plain(String name) {
    return new Attachment(name, none(), none(), Optional.empty(), List.of());
  }

  private static Attachment full() {
    return new Attachment(
        "app",
        Address.parse("10.0.0.5"),
        Address.parse("fd00::5"),
        Optional.of("02:42:0a:00:00:05"),
        List.of("a", "b"));
  }

  private static Optional<Address> none() {
    return Optional.empty();
  }
}

package nsbox.network.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.network.Address;
import nsbox.network.Network;
import nsbox.network.NetworkNamespace;
import nsbox.network.NetworkNamespace.Result;
import nsbox.network.Pool;
import nsbox.network.PublishedPort;
import nsbox.network.Subnet;

/// What tests of the table send to the kernel, and with what.
final class Tables {
  private Tables() {}

  /// Sends a transaction, and expects that the kernel takes it.
  static void transact(NetworkNamespace host, byte[] messages) throws Exception {
    assertEquals(new Result(0, ""), attempt(host, messages));
  }

  /// Sends a transaction that may be refused.
  static Result attempt(NetworkNamespace host, byte[] messages) throws Exception {
    return host.attempt(messages, NetworkNamespace.program("transact"));
  }

  /// Sends a transaction many times, each behind another one: its least, middle and longest time.
  static String times(NetworkNamespace host, byte[] messages, byte[] before) throws Exception {
    Path file = Files.write(Files.createTempFile("nsbox-test-", ".before"), before);
    try {
      Result result =
          host.attempt(messages, NetworkNamespace.program("transact"), "200", file.toString());
      assertEquals(0, result.status(), result.output());
      return result.output();
    } finally {
      Files.delete(file);
    }
  }

  /// As `nft` shows it, numbers as numbers.
  static String list(NetworkNamespace host) throws Exception {
    return host.run("nft", "-n", "list", "table", "inet", "nsbox");
  }

  static Network bridge(
      String link, boolean internal, Map<String, String> options, String... subnets) {
    return network(Network.BRIDGE, link, internal, options, subnets);
  }

  static Network network(
      String driver,
      String link,
      boolean internal,
      Map<String, String> options,
      String... subnets) {
    List<Pool> pools = new ArrayList<>();
    for (String text : subnets) {
      Subnet subnet = Subnet.parse(text).get();
      pools.add(new Pool(subnet, subnet.base().plus(1), Optional.empty()));
    }
    return new Network(
        "0".repeat(64), link, driver, link, 0, pools, internal, options, Map.of(), 0);
  }

  /// @param host empty for all addresses
  static PublishedPort port(String host, int hostPort, int containerPort, String protocol) {
    return new PublishedPort(
        host.isEmpty() ? Optional.empty() : Address.parse(host), hostPort, containerPort, protocol);
  }
}

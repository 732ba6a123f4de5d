package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// Networks whose containers do not reach each other.
final class IsolatedContainersTest extends NetworkTests {
  private static final String SERVER =
      """
      import socket, sys
      one = socket.create_server(("::", int(sys.argv[1])), family=socket.AF_INET6, dualstack_ipv6=True)
      print("ready", flush=True)
      while True:
          one.accept()[0].close()
      """;

  private static final String CLIENT =
      """
      import socket, sys
      for where in sys.argv[1:]:
          address, port = where.rsplit(":", 1)
          try:
              socket.create_connection((address, int(port)), 1).close()
              print(where, "reached")
          except OSError:
              print(where, "closed")
      """;

  @Test
  void theyReachTheGatewayAndPublishedPortsAlone() throws Exception {
    onHost("ip", "address", "replace", "192.0.2.1/32", "dev", "lo").expect(0);
    run(
            "network",
            "create",
            "-o=com.docker.network.bridge.enable_icc=false",
            "--subnet=10.6.0.0/24",
            "--subnet=fd00:6::/64",
            "apart")
        .expect(0);
    String web = running("--name=web", "--network=apart:ip=10.6.0.7,ip6=fd00:6::7", "-p=8080:80");
    String other = running("--name=other", "--network=apart:ip=10.6.0.8,ip6=fd00:6::8");
    Running inWeb = server(web, "80");
    Running onHost = nsbox.start(Map.of(), inHost(program("python3"), "-c", SERVER, "99"));
    try {
      onHost.awaitOut("ready");
      expect(
          other,
          "10.6.0.7:80 closed",
          "fd00:6::7:80 closed",
          "10.6.0.1:99 reached",
          "fd00:6::1:99 reached");
      /* By way of the gateway, which would send it back into the bridge. */
      inside(other, program("ip"), "route", "add", "10.6.0.7/32", "via", "10.6.0.1").expect(0);
      inside(other, program("ip"), "-6", "route", "add", "fd00:6::7/128", "via", "fd00:6::1")
          .expect(0);
      expect(other, "10.6.0.7:80 closed", "fd00:6::7:80 closed");
      framesAreNotFiltered();
      expect(other, "10.6.0.7:80 closed", "fd00:6::7:80 closed", "192.0.2.1:8080 reached");
      expect(web, "192.0.2.1:8080 reached");
      assertEquals(
          new Result(0, "10.6.0.7:80 reached\nfd00:6::7:80 reached\n127.0.0.1:8080 reached\n", ""),
          onHost(
              program("python3"), "-c", CLIENT, "10.6.0.7:80", "fd00:6::7:80", "127.0.0.1:8080"));
    } finally {
      inWeb.process().destroyForcibly().waitFor();
      onHost.process().destroyForcibly().waitFor();
    }
    run("rm", "-f", "web", "other").expect(0);
    run("network", "rm", "apart").expect(0);
  }

  /* With br_netfilter the bridge itself hands what is for a published port to its container. */
  private void framesAreNotFiltered() throws Exception {
    onHost(
            program("sh"),
            "-c",
            "cd /proc/sys/net/bridge 2>/dev/null || exit 0;"
                + " for it in ip ip6; do echo 0 >bridge-nf-call-${it}tables || exit; done")
        .expect(0);
  }

  private void expect(String id, String... lines) throws Exception {
    String[] words = new String[3 + lines.length];
    words[0] = program("python3");
    words[1] = "-c";
    words[2] = CLIENT;
    for (int i = 0; i < lines.length; i++) {
      words[3 + i] = lines[i].substring(0, lines[i].indexOf(' '));
    }
    assertEquals(new Result(0, String.join("\n", lines) + "\n", ""), inside(id, words));
  }

  private Running server(String id, String port) throws Exception {
    Running server = nsbox.start(Map.of(), in(network(id), program("python3"), "-c", SERVER, port));
    server.awaitOut("ready");
    return server;
  }

  private Result inside(String id, String... command) throws Exception {
    return nsbox.start(Map.of(), in(network(id), command)).finish();
  }

  private String network(String id) throws Exception {
    return "/proc/" + nsbox.initOf(id) + "/ns/net";
  }

  private List<String> inHost(String... command) throws Exception {
    return in("/run/netns/" + host, command);
  }

  private List<String> in(String network, String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of(program("nsenter"), "--net=" + network));
    words.addAll(List.of(command));
    return words;
  }
}

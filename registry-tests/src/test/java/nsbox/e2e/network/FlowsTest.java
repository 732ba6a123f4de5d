package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// Packets to published ports of UDP: each goes where the port leads when it is sent, not where
/// those before it went.
final class FlowsTest extends NetworkTests {
  /* Sends from the same ports all the time. */
  private static final String SENDER =
      """
      import socket, sys, time
      four = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
      four.bind(("", 4004))
      six.bind(("::", 4006))
      print("ready", flush=True)
      while True:
          four.sendto(b"four", ("192.0.2.1", 5300))
          six.sendto(b"six", ("2001:db8::1", 5300))
          time.sleep(0.05)
      """;

  private static final String RECEIVER =
      """
      import socket
      for family in socket.AF_INET, socket.AF_INET6:
          one = socket.socket(family, socket.SOCK_DGRAM)
          if family == socket.AF_INET6:
              one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
          one.bind(("", 53))
          one.settimeout(5)
          try:
              print(one.recv(9).decode())
          except TimeoutError:
              print("silence")
      """;

  private static final String BIND_AND_ASK =
      """
      import socket
      for family, address in (socket.AF_INET6, "::1"), (socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "::"):
          with socket.socket(family, socket.SOCK_DGRAM) as one:
              try:
                  one.bind((address, 5300))
                  print("bound")
              except OSError as e:
                  print(e.strerror)
      with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as one:
          one.settimeout(5)
          one.connect(("::1", 5300))
          one.send(b"?")
          try:
              one.recv(9)
          except OSError as e:
              print(e.strerror)
      """;

  private void addressesOfTheHost() throws Exception {
    onHost("ip", "address", "replace", "192.0.2.1/32", "dev", "lo").expect(0);
    onHost("ip", "address", "replace", "2001:db8::1/128", "dev", "lo", "nodad").expect(0);
  }

  @Test
  void aSenderThatGoesOnReachesWhoeverHasThePort() throws Exception {
    addressesOfTheHost();
    run("network", "create", "--ipv6", "web").expect(0);
    running("--name=other", "--network=web"); // so the kernel keeps flows at all
    Running sender = sender();
    try {
      Thread.sleep(200);
      String id = running("--name=dns", "--network=web", "-p=5300:53/udp");
      assertEquals("four\nsix\n", received(id));
      String before = address();
      run("stop", "-t", "0", "dns").expect(0);
      Thread.sleep(200);
      run("start", "dns").expect(0);
      assertNotEquals(before, address());
      assertEquals("four\nsix\n", received(id));
      run("rm", "-f", "dns").expect(0);
      id = running("--name=dns", "--network=web", "-p=192.0.2.1:5300:53/udp");
      assertEquals("four\nsilence\n", received(id));
    } finally {
      sender.process().destroyForcibly().waitFor();
    }
    run("rm", "-f", "dns", "other").expect(0);
    run("network", "rm", "web").expect(0);
  }

  private Running sender() throws Exception {
    Running sender =
        nsbox.start(
            Map.of(),
            List.of(
                program("nsenter"), "--net=/run/netns/" + host, program("python3"), "-c", SENDER));
    sender.awaitOut("ready");
    return sender;
  }

  private String address() throws Exception {
    return run("inspect", "-f", "{{.NetworkSettings.Networks.web.IPAddress}}", "dns")
        .expect(0)
        .out();
  }

  private String received(String id) throws Exception {
    return nsbox
        .start(
            Map.of(),
            List.of(
                program("nsenter"),
                "--net=/proc/" + nsbox.initOf(id) + "/ns/net",
                program("python3"),
                "-c",
                RECEIVER))
        .finish()
        .expect(0)
        .out();
  }

  /// The monitor has the port, for all addresses, and yet takes nothing.
  @Test
  void whatIsNotLedToAContainerIsRefused() throws Exception {
    addressesOfTheHost();
    running("--name=dns", "--network=bridge", "-p=5300:53/udp");
    assertEquals(
        new Result(
            0,
            """
            Address already in use
            Address already in use
            Address already in use
            Connection refused
            """,
            ""),
        onHost(program("python3"), "-c", BIND_AND_ASK));
  }
}

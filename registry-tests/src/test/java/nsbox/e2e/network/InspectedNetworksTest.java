package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// What `inspect` and `ps` say of the networks that containers are on.
class InspectedNetworksTest extends NetworkTests {
  @Override
  protected void prepare() throws Exception {
    super.prepare();
    run("network", "create", "--subnet", "10.77.0.0/24", "app").expect(0);
    run("network", "create", "--subnet", "10.78.0.0/24", "--subnet", "fd78::/64", "--ipv6", "data")
        .expect(0);
  }

  @Test
  void showsTheDefaultNetworkTwice() throws Exception {
    running("--name=web", "--network=bridge");
    String text = inspect("web", "{{json .NetworkSettings.Networks.bridge}}");
    assertTrue(text.contains("\"IPAMConfig\":null,\"Links\":null,\"Aliases\":null"), text);
    assertTrue(text.contains("\"DNSNames\":null"), text);
    String gateway = inspect("web", "{{.NetworkSettings.Gateway}}");
    String address = inspect("web", "{{.NetworkSettings.IPAddress}}");
    assertTrue(address.matches("10\\..*\\.2"), address);
    assertEquals(
        gateway + " " + address,
        inspect(
            "web",
            "{{.NetworkSettings.Networks.bridge.Gateway}}"
                + " {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"));
    assertEquals(
        address + "/16\n",
        run("exec", "web", "sh", "-c", "ip -o -4 a show eth0 | awk '{print $4}'").out());
    assertEquals(
        inspect("web", "{{.NetworkSettings.MacAddress}}") + "\n",
        run("exec", "web", "cat", "/sys/class/net/eth0/address").out());
    assertEquals(
        "/proc/" + inspect("web", "{{.State.Pid}}") + "/ns/net " + nsbox.containers().getFirst(),
        inspect("web", "{{.NetworkSettings.SandboxKey}} {{.NetworkSettings.SandboxID}}"));
  }

  @Test
  void showsWhatWasGivenOnEachNetwork() throws Exception {
    running(
        "--name=web",
        "--network=data:ip=10.78.0.7,ip6=fd78::7,alias=db,mac=02:42:aa:00:00:07",
        "--network=name=app,alias=front");
    assertEquals("", inspect("web", "{{.NetworkSettings.IPAddress}}"));
    assertEquals("data", inspect("web", "{{.HostConfig.NetworkMode}}"));
    assertEquals(
        "10.78.0.7/24 10.78.0.1 fd78::7/64 fd78::1 02:42:aa:00:00:07 [db]"
            + " map[IPv4Address:10.78.0.7 IPv6Address:fd78::7]",
        inspect(
            "web",
            "{{with .NetworkSettings.Networks.data}}{{.IPAddress}}/{{.IPPrefixLen}} {{.Gateway}}"
                + " {{.GlobalIPv6Address}}/{{.GlobalIPv6PrefixLen}} {{.IPv6Gateway}}"
                + " {{.MacAddress}} {{.Aliases}} {{.IPAMConfig}}{{end}}"));
    String given =
        run("exec", "web", "sh", "-c", "ip -o -4 a show eth1 | awk '{print $4}'").out().strip();
    assertTrue(given.matches("10\\.77\\.0\\.[0-9]+/24"), given);
    assertEquals(
        given + " [front] [web front " + id().substring(0, 12) + "]",
        inspect(
            "web",
            "{{with .NetworkSettings.Networks.app}}{{.IPAddress}}/{{.IPPrefixLen}} {{.Aliases}}"
                + " {{.DNSNames}}{{end}}"));
    assertEquals(
        run("network", "inspect", "-f", "{{.Id}}", "app").out().strip(),
        inspect("web", "{{.NetworkSettings.Networks.app.NetworkID}}"));
    assertEquals(64, inspect("web", "{{.NetworkSettings.Networks.app.EndpointID}}").length());
    assertEquals("web data,app\n", run("ps", "--format", "{{.Names}} {{.Networks}}").out());
  }

  @Test
  void showsWhatWasAskedForBeforeTheStart() throws Exception {
    run("create", "--name=web", "--network=app", "--ip=10.77.0.9", "--network-alias=a", ALPINE)
        .expect(0);
    assertEquals(
        "map[IPv4Address:10.77.0.9] [a] |||0",
        inspect(
            "web",
            "{{with .NetworkSettings.Networks.app}}{{.IPAMConfig}} {{.Aliases}}"
                + " {{.IPAddress}}|{{.Gateway}}|{{.EndpointID}}|{{.IPPrefixLen}}{{end}}"));
    assertEquals("", inspect("web", "{{.NetworkSettings.SandboxKey}}"));
    assertEquals("web app\n", run("ps", "-a", "--format", "{{.Names}} {{.Networks}}").out());
  }

  @Test
  void showsModesThatAreNoNetwork() throws Exception {
    running("--name=alone", "--network=none");
    running("--name=open", "--network=host");
    running("--name=joined", "--network=container:alone");
    String names = "{{range $n, $_ := .NetworkSettings.Networks}}{{$n}}{{end}}";
    assertEquals("none", inspect("alone", names));
    assertEquals("host", inspect("open", names));
    assertEquals("", inspect("joined", names));
    assertEquals("container:alone", inspect("joined", "{{.HostConfig.NetworkMode}}"));
  }

  @Test
  void filtersByNetwork() throws Exception {
    running("--name=web", "--network=app", "--network=data");
    run("create", "--name=db", "--network=data", ALPINE).expect(0);
    run("create", "--name=alone", "--network=none", ALPINE).expect(0);
    assertEquals("web\n", named("network=app"));
    assertEquals("db\nweb\n", named("network=data"));
    assertEquals("alone\n", named("network=none"));
    String id = run("network", "inspect", "-f", "{{.Id}}", "app").out().strip();
    assertEquals("web\n", named("network=" + id));
    assertEquals("web\n", named("network=" + id.substring(0, 12)));
    assertEquals("", named("network=other"));
  }

  @Test
  void knowsTheHostByItsGateway() throws Exception {
    running(
        "--name=web",
        "--network=data",
        "--network=app",
        "--add-host=host.internal:host-gateway",
        "--add-host=a;b=host-gateway",
        "--add-host=c:10.0.0.5");
    String expected =
        "10.0.0.5\tc\n10.78.0.1\thost.internal\nfd78::1\thost.internal\n10.78.0.1\ta b\nfd78::1\ta b\n";
    String[] lines = {
      "exec", "web", "grep", "-E", "[[:space:]](host.internal|b|c)$", "/etc/hosts",
    };
    assertEquals(expected, run(lines).out());
    run("restart", "-t", "0", "web").expect(0);
    assertEquals(expected, run(lines).out());
    run("network", "create", "--internal", "--subnet", "10.79.0.0/24", "closed").expect(0);
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: --add-host a:host-gateway: the gateway of this container's networks is not the"
                + " host; name an address\n"),
        run("run", "--rm", "--network=closed", "--add-host=a:host-gateway", ALPINE));
  }

  @Test
  void countsBytes() throws Exception {
    running("--name=web", "--network=app");
    run("exec", "web", "ping", "-c", "1", "-s", "1000", "10.77.0.1").expect(0);
    String bytes = run("stats", "--no-stream", "--format", "{{.NetIO}}", "web").out();
    assertTrue(bytes.matches("[1-9][0-9.]*kB / [1-9][0-9.]*kB\n"), bytes);
  }

  @Test
  void takesTheDefaultFromAVariable() throws Exception {
    Result made =
        nsbox
            .start(
                Map.of("NSBOX_NETWORK", "app:alias=db"),
                List.of(
                    program("nsenter"),
                    "--net=/run/netns/" + host,
                    Nsbox.HOME.resolve("bin/nsbox").toString(),
                    "create",
                    "--name=web",
                    ALPINE))
            .finish();
    made.expect(0);
    assertEquals(
        "app [db]",
        inspect("web", "{{.HostConfig.NetworkMode}} {{.NetworkSettings.Networks.app.Aliases}}"));
  }

  @Test
  void explainsTheSameTwice() throws Exception {
    String[] words = {
      "run", "--explain", "--network=app", "-p=80", "-p=9000-9009:81", "-p=82:82", ALPINE, "true"
    };
    Result explained = run(words).expect(0);
    assertEquals(explained, run(words));
    assertTrue(explained.out().contains("join its networks: app"), explained.out());
  }

  private String id() throws Exception {
    return inspect("web", "{{.Id}}");
  }

  private String inspect(String name, String template) throws Exception {
    String text = run("inspect", "-f", template, name).expect(0).out();
    return text.substring(0, text.length() - 1);
  }

  private String named(String filter) throws Exception {
    return run("ps", "-a", "-f", filter, "--format", "{{.Names}}").expect(0).out();
  }
}

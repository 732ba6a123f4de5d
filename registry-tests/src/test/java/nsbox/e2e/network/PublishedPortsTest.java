package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.TreeSet;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Which ports are published, and what `port`, `ps` and `inspect` say of them.
class PublishedPortsTest extends NetworkTests {
  private static final String BRIDGE = "--network=bridge";

  @Test
  void showsWhereTheyAre() throws Exception {
    String id =
        running(
            "--name=web",
            BRIDGE,
            "-p=8080:80",
            "-p=127.0.0.1:5353:53/udp",
            "--expose=70",
            "-p=443:443");
    String lines =
        """
        53/udp -> 127.0.0.1:5353
        80/tcp -> 0.0.0.0:8080
        80/tcp -> [::]:8080
        443/tcp -> 0.0.0.0:443
        443/tcp -> [::]:443
        """;
    assertEquals(new Result(0, lines, ""), run("port", "web"));
    assertEquals(new Result(0, "0.0.0.0:8080\n[::]:8080\n", ""), run("port", "web", "80"));
    assertEquals(new Result(0, "127.0.0.1:5353\n", ""), run("port", id, "53/udp"));
    assertEquals(
        new Result(1, "", "nsbox: no public port '53/tcp' published for web\n"),
        run("port", "web", "53"));
    assertEquals(
        new Result(1, "", "nsbox: http: invalid port; expected PORT[/PROTOCOL], as 80/tcp\n"),
        run("port", "web", "http"));
    assertEquals(
        new Result(0, lines.replaceAll("(?m)^", id.substring(0, 12) + "\t").strip() + "\n", ""),
        new Result(0, run("port", "--all").out().strip() + "\n", ""));
    String column =
        "70/tcp, 0.0.0.0:443->443/tcp, [::]:443->443/tcp, 127.0.0.1:5353->53/udp,"
            + " 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp";
    assertEquals(column + "\n", run("ps", "--format", "{{.Ports}}").out());
    assertTrue(run("ps").out().contains("   " + column + "   web\n"), run("ps").out());
    assertEquals(
        "{\"443/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"443\"},{\"HostIp\":\"::\",\"HostPort\":\"443\"}],"
            + "\"53/udp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"5353\"}],\"70/tcp\":null,"
            + "\"80/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"8080\"},{\"HostIp\":\"::\",\"HostPort\":\"8080\"}]}\n",
        run("inspect", "-f", "{{json .NetworkSettings.Ports}}", "web").out());
    assertEquals(
        "8080\n",
        run(
                "inspect",
                "-f",
                "{{(index (index .NetworkSettings.Ports \"80/tcp\") 0).HostPort}}",
                "web")
            .out());
  }

  @Test
  void knowsWhatWasAskedFor() throws Exception {
    run(
            "create",
            "--name=web",
            BRIDGE,
            "-p=8080:80",
            "-p=127.0.0.1:81:81",
            "-p=82",
            "-p=9000-9009:83/udp",
            "-P",
            "--expose=70",
            ALPINE)
        .expect(0);
    assertEquals(
        "{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}],"
            + "\"81/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"81\"}],"
            + "\"82/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"\"}],"
            + "\"83/udp\":[{\"HostIp\":\"\",\"HostPort\":\"9000-9009\"}]} true\n",
        run(
                "inspect",
                "-f",
                "{{json .HostConfig.PortBindings}} {{.HostConfig.PublishAllPorts}}",
                "web")
            .out());
    assertEquals(
        "70/tcp 80/tcp 81/tcp 82/tcp 83/udp \n",
        run("inspect", "-f", "{{range $p, $_ := .Config.ExposedPorts}}{{$p}} {{end}}", "web")
            .out());
    /* Who does not run has no ports. */
    assertEquals("{}\n", run("inspect", "-f", "{{json .NetworkSettings.Ports}}", "web").out());
    assertEquals("\n", run("ps", "-a", "--format", "{{.Ports}}").out());
    assertEquals(new Result(0, "", ""), run("port", "web"));
    assertEquals(1, run("port", "web", "80").code());
  }

  @Test
  void refusesPortsOfVersion6ThatWouldLeadNowhere() throws Exception {
    String loopback =
        "nsbox: cannot publish port 81 on ::1: the kernel leads nothing from there to a container\n"
            + "  Publish it on 127.0.0.1.\n";
    String version4 =
        "nsbox: cannot publish port 81 on ::: the container has no address of version 6\n"
            + "  Networks made with --ipv6 give it one.\n";
    assertEquals(
        new Result(125, "", loopback),
        run("run", "--rm", BRIDGE, "-p=[::1]:81:81", ALPINE, "true"));
    assertEquals(
        new Result(125, "", version4), run("create", BRIDGE, "-p=[::]:81:81", ALPINE, "true"));
    assertEquals("", run("ps", "-aq").out());
    run("network", "create", "--ipv6", "six").expect(0);
    assertEquals(
        new Result(125, "", loopback),
        run("create", "--network=six", "-p=[::1]:81:81", ALPINE, "true"));
    run("run", "--rm", "--network=six", "-p=[::]:81:81", ALPINE, "true").expect(0);
  }

  @Test
  void saysThatTheHostHasNoSuchAddress() throws Exception {
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: cannot start container web\n"
                + "  Bind for 203.0.113.7:81/tcp failed: the host has no such address.\n"),
        run("run", "--rm", "--name=web", BRIDGE, "-p=203.0.113.7:81:81", ALPINE, "true"));
    assertEquals("", run("ps", "-aq").out());
  }

  @Test
  void choosesFreePortsThatLast() throws Exception {
    running("--name=web", BRIDGE, "-p=80", "-p=127.0.0.1::53/udp", "-P", "--expose=70-71");
    String ports = run("port", "web").expect(0).out();
    TreeSet<Integer> chosen = new TreeSet<>();
    for (String line : ports.split("\n")) {
      chosen.add(Integer.parseInt(line.substring(line.lastIndexOf(':') + 1)));
    }
    assertEquals(4, chosen.size(), ports);
    assertTrue(chosen.first() > 1023, ports);
    run("restart", "-t", "0", "web").expect(0);
    assertEquals(ports, run("port", "web").out());
    run("stop", "-t", "0", "web").expect(0);
    run("start", "web").expect(0);
    assertEquals(ports, run("port", "web").out());
  }

  @Test
  void takesAFreePortOfARange() throws Exception {
    for (String name : new String[] {"one", "two"}) {
      run("create", "--name", name, BRIDGE, "-p=9000-9001:80", ALPINE, "sleep", "300").expect(0);
    }
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: cannot publish port 80/tcp: all ports of the host from 9000 to 9001 are taken\n"),
        run("run", BRIDGE, "-p=9000-9001:80", ALPINE));
    run("start", "one", "two").expect(0);
    assertEquals("0.0.0.0:9000\n[::]:9000\n", run("port", "one", "80").out());
    assertEquals("0.0.0.0:9001\n[::]:9001\n", run("port", "two", "80").out());
    /* UDP has ports of its own. */
    assertEquals(0, run("create", BRIDGE, "-p=9000-9001:80/udp", ALPINE).code());
  }

  @Test
  void refusesAnAddressThatIsNotTheHosts() throws Exception {
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: cannot publish port 80/tcp on 192.0.2.1: Cannot assign requested address\n"),
        run("create", BRIDGE, "-p=192.0.2.1::80", ALPINE));
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: --publish 80:81: host port 80/tcp is published already, to container port 80\n"),
        run("run", BRIDGE, "-p=80:80", "-p=80:81", ALPINE));
  }

  @Test
  void dropsPortsWithoutANetwork() throws Exception {
    assertEquals(
        new Result(0, "", "nsbox: Published ports are discarded when using host network mode\n"),
        run("run", "--network=host", "-p=80:80", ALPINE, "true"));
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: conflicting options: port publishing and the container type network mode:"
                + " --network container:web\n"),
        run("run", "--network=container:web", "-p=80:80", ALPINE, "true"));
  }

  @Test
  void filtersByPort() throws Exception {
    running("--name=web", BRIDGE, "-p=8080:80", "--expose=70/udp");
    run("create", "--name=dns", BRIDGE, "-p=53:53/udp", ALPINE).expect(0);
    run("create", "--name=alone", "--network=none", "--expose=99", ALPINE).expect(0);
    assertEquals("web\n", named("publish=80"));
    assertEquals("web\n", named("publish=79-81/tcp"));
    assertEquals("", named("publish=8080"));
    assertEquals("dns\n", named("publish=53/udp"));
    assertEquals("dns\nweb\n", named("publish=80", "publish=53/udp"));
    assertEquals("", named("publish=80", "expose=99"));
    assertEquals("web\n", named("expose=70/udp"));
    assertEquals("web\n", named("expose=80"));
    assertEquals("alone\n", named("expose=99"));
    assertNotEquals(0, run("ps", "-f", "publish=http").code());
  }

  private String named(String... filters) throws Exception {
    String[] words = new String[4 + 2 * filters.length];
    words[0] = "ps";
    words[1] = "-a";
    words[2] = "--format";
    words[3] = "{{.Names}}";
    for (int i = 0; i < filters.length; i++) {
      words[4 + 2 * i] = "-f";
      words[5 + 2 * i] = filters[i];
    }
    return run(words).expect(0).out();
  }
}

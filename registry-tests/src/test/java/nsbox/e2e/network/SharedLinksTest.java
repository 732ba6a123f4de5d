package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Containers that share an interface of the host, which leads to another machine: a network
/// namespace, too.
final class SharedLinksTest extends NetworkTests {
  private static final String OUTSIDE = "192.0.2.1";
  private static final String OUTSIDE_6 = "2001:db8:77::1";

  private final String outside = host + "-outside";

  @BeforeEach
  void machineOutside() throws Exception {
    ip("netns", "add", outside);
    ip(
        "-n", host, "link", "add", "uplink", "type", "veth", "peer", "name", "far", "netns",
        outside);
    ip("-n", host, "link", "set", "uplink", "up");
    ip("-n", outside, "link", "set", "far", "up");
    ip("-n", outside, "addr", "add", OUTSIDE + "/24", "dev", "far");
    ip("-n", outside, "-6", "addr", "add", OUTSIDE_6 + "/64", "dev", "far", "nodad");
    ip("-n", outside, "addr", "add", "198.51.100.7/32", "dev", "far");
  }

  @AfterEach
  void machineGoes() throws Exception {
    for (String id : nsbox.containers()) {
      run("rm", "-f", id).expect(0);
    }
    run("network", "prune", "-f").expect(0);
    String macvlan = onHost("ip", "-o", "link", "show", "type", "macvlan").out();
    ip("-n", host, "link", "del", "uplink");
    ip("netns", "del", outside);
    assertEquals("", macvlan);
  }

  private void ip(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(program("ip")));
    command.addAll(List.of(words));
    nsbox.start(Map.of(), command).finish().expect(0);
  }

  private void network(String driver, String... options) throws Exception {
    List<String> words =
        new ArrayList<>(List.of("network", "create", "-d", driver, "-o", "parent=uplink"));
    words.addAll(
        List.of(
            "--subnet=192.0.2.0/24",
            "--gateway=" + OUTSIDE,
            "--ip-range=192.0.2.128/25",
            "--subnet=2001:db8:77::/64",
            "--gateway=" + OUTSIDE_6));
    words.addAll(List.of(options));
    words.add("lan");
    run(words.toArray(new String[0])).expect(0);
  }

  private void needs(String driver) throws Exception {
    int code = onHost("ip", "link", "add", "link", "uplink", "name", "try", "type", driver).code();
    assumeTrue(code == 0, "this kernel has no " + driver);
    ip("-n", host, "link", "del", "try");
  }

  private boolean reaches(String from, String aim) throws Exception {
    return run("exec", from, "ping", "-c", "1", "-W", "2", aim).code() == 0;
  }

  @ParameterizedTest
  @ValueSource(strings = {"macvlan", "ipvlan"})
  void reachesItsLikeAndWhatIsOutside(String driver) throws Exception {
    needs(driver);
    network(driver);
    running("--name=web", "--network=lan", "--restart=always");
    running("--name=db", "--network=lan");
    assertTrue(reaches("web", "db"), "by name");
    assertTrue(reaches("db", "web"), "by name");
    for (String aim : List.of(OUTSIDE, OUTSIDE_6, "198.51.100.7")) {
      assertTrue(reaches("web", aim), aim);
    }
    String address =
        run("inspect", "-f", "{{.NetworkSettings.Networks.lan.IPAddress}}", "web").out().strip();
    assertTrue(address.startsWith("192.0.2.1"), address);
    ip("netns", "exec", outside, program("busybox"), "ping", "-c", "1", "-W", "2", address);
    String id = run("inspect", "-f", "{{.Id}}", "web").out().strip();
    long process = nsbox.initOf(id);
    Nsbox.sendKill(process);
    Nsbox.await("its next run", () -> nsbox.initOf(id) != process && reaches("db", "web"));
    run("rename", "web", "site").expect(0);
    assertTrue(reaches("db", "site"));
  }

  @Test
  void comesAndGoesWhileTheContainerRuns() throws Exception {
    network("macvlan", "-o", "macvlan_mode=bridge");
    running("--name=web", "--network=lan");
    running("--name=db", "--network=bridge");
    assertFalse(reaches("db", OUTSIDE));
    run("network", "connect", "lan", "db").expect(0);
    assertTrue(reaches("db", OUTSIDE));
    assertTrue(reaches("db", "web"));
    run("network", "disconnect", "lan", "db").expect(0);
    assertFalse(reaches("db", OUTSIDE));
    assertFalse(reaches("web", "db"));
    run("network", "disconnect", "lan", "web").expect(0);
    assertEquals(1, run("exec", "web", "ip", "-o", "link").out().lines().count());
  }

  @Test
  void leadsEverythingToTheHostWhereThatLooksAtAddresses() throws Exception {
    needs("ipvlan");
    network("ipvlan", "-o", "ipvlan_mode=l3");
    running("--name=web", "--network=lan");
    running("--name=db", "--network=lan");
    assertTrue(reaches("web", "db"));
    String routes = run("exec", "web", "ip", "route").out();
    assertTrue(routes.startsWith("default dev eth0"), routes);
  }

  @Test
  void refusesWhatCannotBe() throws Exception {
    network("ipvlan");
    ip("-n", host, "link", "set", "uplink", "down");
    String down = run("run", "--rm", "--network=lan", ALPINE, "true").expect(125).err();
    ip("-n", host, "link", "set", "uplink", "up");
    assertEquals(
        "nsbox: the host has no interface uplink that is up\n  Use: ip link set uplink up\n", down);
    String mac = "02:00:00:00:00:07";
    String other = run("run", "--rm", "--network=lan:mac=" + mac, ALPINE, "true").expect(125).err();
    assertEquals(
        "nsbox: on network lan all have the hardware address of uplink, not " + mac + "\n", other);
    String ports =
        run("run", "--rm", "--network=lan", "-p=80:80", ALPINE, "true").expect(125).err();
    assertTrue(ports.startsWith("nsbox: ports are published of containers"), ports);
    String vlan =
        run("network", "create", "-d", "macvlan", "-o", "parent=uplink.10", "v").expect(125).err();
    assertTrue(vlan.contains("the host has no such interface"), vlan);
    run("network", "create", "-d", "macvlan", "v").expect(125);
    run("network", "create", "-d", "macvlan", "--internal", "-o", "parent=uplink", "v").expect(125);
  }
}

package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Networks that containers are on: what they give, and when they may go.
final class NetworkUseTest extends NetworkTests {
  @AfterEach
  void removeNetworks() throws Exception {
    for (String id : nsbox.containers()) {
      run("rm", "-f", id);
    }
    run("network", "prune", "-f").expect(0);
    assertEquals("", run("network", "ls", "-q", "--filter", "type=custom").out());
  }

  @Test
  void aNetworkStaysWhileAContainerIsOnIt() throws Exception {
    run("network", "create", "--ipv6", "web").expect(0);
    String link = "nsb-" + run("network", "inspect", "-f", "{{.Id}}", "web").out().substring(0, 11);
    String id = running("--name=one", "--network=web");
    String used =
        "nsbox: network web has active endpoints (name:\"one\" id:\""
            + id.substring(0, 12)
            + "\")\n";
    assertEquals(new Result(1, "", used), run("network", "rm", "web"));
    assertEquals(new Result(1, "", used), run("network", "rm", "-f", "web"));
    assertEquals("", run("network", "prune", "-f").out());
    assertEquals("", run("network", "ls", "-q", "--filter", "dangling=true").out());
    onHost("ip", "link", "show", link).expect(0);
    run("stop", "-t", "0", "one").expect(0);
    assertEquals("", run("network", "prune", "-f").out(), "it is to be on it again");
    run("start", "one").expect(0);
    run("rm", "-f", "one").expect(0);
    assertEquals("Deleted Networks:\nweb\n\n", run("network", "prune", "-f").out());
    assertEquals(1, onHost("ip", "link", "show", link).code(), "its bridge is left");
    assertFalse(Files.exists(nsbox.runRoot.resolve(".networks/web")));
  }

  @Test
  void aContainerWhoseNetworkIsGoneDoesNotStart() throws Exception {
    run("network", "create", "web").expect(0);
    run("create", "--name=one", "--network=web", ALPINE, "sleep", "300").expect(0);
    run("network", "rm", "web").expect(0);
    Result refused = run("start", "one");
    assertTrue(refused.code() != 0, refused.toString());
    assertTrue(refused.err().contains("network web not found"), refused.err());
  }

  @Test
  void whoIsOnItIsInspected() throws Exception {
    run("network", "create", "--subnet", "10.9.0.0/24", "--subnet", "fd00:9::/64", "web").expect(0);
    String id = running("--name=one", "--network=web:ip=10.9.0.7,ip6=fd00:9::7");
    assertEquals(
        id + " one 10.9.0.7/24 fd00:9::7/64 02:42:0a:09:00:07\n",
        run(
                "network",
                "inspect",
                "-f",
                "{{range $id, $it := .Containers}}{{$id}} {{$it.Name}} {{$it.IPv4Address}}"
                    + " {{$it.IPv6Address}} {{$it.MacAddress}}{{end}}",
                "web")
            .out());
    assertEquals(
        run("inspect", "-f", "{{.NetworkSettings.Networks.web.EndpointID}}", "one").out(),
        run("network", "inspect", "-f", "{{range .Containers}}{{.EndpointID}}{{end}}", "web")
            .out());
  }

  @Test
  void addressesThatAreOutAreToldWithTheirHolder() throws Exception {
    run("network", "create", "--subnet", "10.9.0.0/30", "small").expect(0);
    String id = running("--name=one", "--network=small");
    Result full = run("run", "--rm", "--network=small", ALPINE, "true");
    assertEquals(125, full.code());
    assertTrue(
        full.err().contains("no free address in 10.9.0.0/30 of network small: 1 of 1 taken"),
        full.err());
    Result taken = run("run", "--rm", "--network=small", "--ip=10.9.0.2", ALPINE, "true");
    assertEquals(125, taken.code());
    assertTrue(
        taken
            .err()
            .contains("address 10.9.0.2 of network small is already in use by container " + id),
        taken.err());
    Result outside = run("run", "--rm", "--network=small", "--ip=10.9.1.2", ALPINE, "true");
    assertEquals(125, outside.code());
    assertTrue(
        outside.err().contains("address 10.9.1.2 is not in subnet 10.9.0.0/30 of network small"),
        outside.err());
    run("rm", "-f", "one").expect(0);
    run("run", "--rm", "--network=small", ALPINE, "true").expect(0);
  }

  /// Neither is there a container on a network that is gone, nor a network that is gone with a
  /// container on it.
  @Test
  void aContainerThatStartsWhileItsNetworkIsRemovedLosesOrWins() throws Exception {
    for (int i = 0; i < 6; i++) {
      run("network", "create", "web").expect(0);
      Running container = begin("run", "-d", "--name=one", "--network=web", ALPINE, "sleep", "300");
      Thread.sleep(15L * i);
      Result removed = begin("network", "rm", "web").finish();
      Result started = container.finish();
      assertEquals(
          1,
          (started.code() == 0 ? 1 : 0) + (removed.code() == 0 ? 1 : 0),
          started + " " + removed);
      assertEquals(removed.code() == 0 ? 1 : 0, run("network", "exists", "web").code());
      run("rm", "-f", "one");
      run("network", "rm", "-f", "web").expect(0);
    }
  }

  private Running begin(String... arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of(program("nsenter"), "--net=/run/netns/" + host));
    words.add(Nsbox.HOME.resolve("bin/nsbox").toString());
    words.addAll(List.of(arguments));
    return nsbox.start(Map.of("NSBOX_NETWORK", ""), words);
  }

  @Test
  void theAddressOfWhoWasKilledIsFreeAgain() throws Exception {
    run("network", "create", "--subnet", "10.9.0.0/30", "small").expect(0);
    String id = running("--name=one", "--network=small");
    Path folder = nsbox.runRoot.resolve(id);
    long monitor = Long.parseLong(Files.readString(folder.resolve("monitor")).split(" ")[0]);
    long first = nsbox.initOf(id);
    Nsbox.sendKill(monitor);
    Nsbox.sendKill(first);
    Nsbox.await("their end", () -> ProcessHandle.of(first).isEmpty());
    assertEquals("", run("ps", "-q").expect(0).out());
    running("--name=two", "--network=small");
    assertEquals(
        "two",
        run("network", "inspect", "-f", "{{range .Containers}}{{.Name}}{{end}}", "small")
            .out()
            .strip());
  }
}

package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What containers have of networks goes with them, whoever is killed; what others do to the host's
/// network is made good.
final class KilledNetworksTest extends NetworkTests {
  private static final String SERVER = "while true; do echo there | nc -l -p 80; done";

  @AfterEach
  void networksGo() throws Exception {
    for (String id : nsbox.containers()) {
      run("rm", "-f", id);
    }
    run("network", "prune", "-f").expect(0);
  }

  private int veths() throws Exception {
    return (int) onHost("ip", "-o", "link", "show", "type", "veth").out().lines().count();
  }

  private String inspected(String format, String name) throws Exception {
    return run("inspect", "-f", format, name).expect(0).out().strip();
  }

  private void kill(String file, String id) throws Exception {
    String recorded = Files.readString(nsbox.runRoot.resolve(id).resolve(file));
    Nsbox.kill("KILL", Long.parseLong(recorded.split(" ")[0]));
  }

  private boolean isServed(int port) throws Exception {
    String script =
        "exec 3<>/dev/tcp/127.0.0.1/" + port + " && IFS= read -t 3 -r line <&3 && echo \"$line\"";
    return onHost("bash", "-c", script).out().equals("there\n");
  }

  private void server(String name, int port) throws Exception {
    run("run", "-d", "--name", name, "-p", port + ":80", ALPINE, "sh", "-c", SERVER).expect(0);
    Nsbox.await(name, () -> isServed(port));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void linksOfTheLastRunGoWhereOthersKeepItsNamespace(boolean withMonitor) throws Exception {
    run("network", "create", "further").expect(0);
    String id = running("--name=owner", "--restart=always", "-p=8080:80");
    running("--name=guest", "--network=container:owner");
    run("network", "connect", "further", "owner").expect(0);
    String address = inspected("{{.NetworkSettings.Networks.further.IPAddress}}", "owner");
    if (withMonitor) {
      kill("monitor", id);
    }
    kill("process", id);
    Nsbox.await(
        "its next run",
        () -> run("ps", "--format", "{{.Names}} {{.Status}}").out().contains("owner Up"));
    assertEquals(2, veths());
    assertEquals(address, inspected("{{.NetworkSettings.Networks.further.IPAddress}}", "owner"));
    String hosts = run("exec", "owner", "cat", "/etc/hosts").expect(0).out();
    assertEquals(2, hosts.lines().filter(it -> it.endsWith(id.substring(0, 12))).count(), hosts);
    run("rm", "-f", "owner").expect(0);
    assertEquals(0, veths());
    run("rm", "-f", "guest").expect(0);
  }

  /* In several moments: the planner takes the address, writes down how to join, and has it done. */
  @ParameterizedTest
  @ValueSource(ints = {60, 90, 120, 150, 200})
  void whatAKilledConnectBeganIsTakenBack(int milliseconds) throws Exception {
    run("network", "create", "further").expect(0);
    running("--name=one");
    Running connect =
        nsbox.start(
            Map.of(),
            List.of(
                program("nsenter"),
                "--net=/run/netns/" + host,
                Nsbox.HOME.resolve("bin/nsbox").toString(),
                "network",
                "connect",
                "further",
                "one"));
    Thread.sleep(milliseconds);
    connect.process().descendants().forEach(ProcessHandle::destroyForcibly);
    connect.process().destroyForcibly().waitFor();
    int code = run("network", "connect", "further", "one").code();
    assertTrue(code == 0 || inspected("{{len .NetworkSettings.Networks}}", "one").equals("2"));
    assertEquals(2, veths());
    assertEquals(1, Nsbox.entries(nsbox.runRoot.resolve(".networks/further/endpoints")).size());
    run("network", "disconnect", "further", "one").expect(0);
    assertEquals(1, veths());
    run("network", "rm", "further").expect(0);
  }

  @Test
  void addressesThatAFailedStartTookAreFree() throws Exception {
    run("network", "create", "--subnet=10.99.0.0/30", "tiny").expect(0);
    running("--name=one", "--network=tiny");
    for (String remove : new String[] {"--rm", "--name=two"}) {
      run("run", "-d", remove, "--network=bridge", "--network=tiny", ALPINE, "true").expect(125);
    }
    Path leases = nsbox.runRoot.resolve(".networks/bridge/leases");
    List<String> left = Nsbox.entries(leases).stream().filter(it -> it.charAt(0) != '.').toList();
    assertEquals(List.of(), left);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flush ruleset",
        "flush table inet nsbox",
        "delete table inet nsbox",
        "flush map inet nsbox ports4",
        "flush chain inet nsbox forward"
      })
  void theNextCommandPutsTheFilterInOrder(String harm) throws Exception {
    server("one", 8081);
    server("two", 8082);
    /* What went before must not hide it: a repair that has nothing to do counts as no change. */
    for (String each : new String[] {"flush table inet nsbox", harm, harm}) {
      onHost("sh", "-c", "nft " + each).expect(0);
      run("ps").expect(0);
      assertTrue(isServed(8081), each);
      assertTrue(isServed(8082), each);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "torn", "4294967295\n"})
  void whoseStateIsNotKnownIsMadeAnew(String generation) throws Exception {
    server("one", 8081);
    Path file = nsbox.runRoot.resolve(".networks/generation");
    Files.writeString(file, generation);
    onHost("nft", "flush", "ruleset").expect(0);
    run("ps").expect(0);
    assertTrue(isServed(8081));
    Files.delete(file);
    onHost("nft", "flush", "ruleset").expect(0);
    run("ps").expect(0);
    assertTrue(isServed(8081));
    assertTrue(Files.exists(file));
    /* Who was killed while he did that leaves it to the next. */
    onHost("nft", "flush", "map", "inet", "nsbox", "ports4").expect(0);
    Files.createFile(file.resolveSibling(".repair"));
    run("ps").expect(0);
    assertTrue(isServed(8081));
    assertFalse(Files.exists(file.resolveSibling(".repair")));
  }

  @Test
  void whatIsDamagedStopsNothingElse() throws Exception {
    server("one", 8081);
    run("network", "create", "broken").expect(0);
    Path folder = nsbox.root.resolve("networks/broken");
    Files.writeString(folder.resolve("network.json"), "{");
    onHost("nft", "flush", "ruleset").expect(0);
    String error = run("ps").expect(0).err();
    assertTrue(error.contains("network broken is left out of the filter"), error);
    assertTrue(isServed(8081));
    run("run", "--rm", ALPINE, "true").expect(0);
    nsbox.sh("rm -r " + folder).expect(0);
  }

  @Test
  void aDamagedNetworkIsNamedWithTheOthersAndCanBeMadeAgain() throws Exception {
    run("network", "create", "web").expect(0);
    run("run", "--rm", "--network=web", ALPINE, "true").expect(0);
    Path folder = nsbox.root.resolve("networks/web");
    Files.writeString(folder.resolve("network.json"), "[");
    String damage =
        "network web is damaged: "
            + folder.resolve("network.json")
            + ": not a JSON object\n  If nothing needs it, remove its folder: "
            + folder
            + "\n";
    assertEquals(
        new Result(0, "bridge\nhost\nnone\n", "nsbox: warning: " + damage),
        run("network", "ls", "--format", "{{.Name}}"));
    Result damaged = new Result(125, "", "nsbox: " + damage);
    assertEquals(damaged, run("network", "inspect", "web"));
    assertEquals(damaged, run("network", "rm", "web"));
    assertEquals(damaged, run("run", "--rm", "--network=web", ALPINE, "true"));
    run("network", "create", "other").expect(0);
    run("network", "rm", "other").expect(0);
    nsbox.sh("rm -r " + folder).expect(0);
    /* It has the name of one that the filter knew, and must get into it all the same. */
    String id = run("network", "create", "web").expect(0).out().strip();
    run("run", "--rm", "--network=web", ALPINE, "true").expect(0);
    String bridges = onHost("nft", "list", "set", "inet", "nsbox", "bridges").expect(0).out();
    assertTrue(bridges.contains("\"nsb-" + id.substring(0, 11) + "\""), bridges);
    run("network", "rm", "web").expect(0);
  }

  /* As on a full disk. */
  @Test
  void aConnectionThatCannotBeRecordedIsTakenBack() throws Exception {
    run("network", "create", "web").expect(0);
    String id = running("--name=one");
    Path inTheWay = nsbox.root.resolve("containers").resolve(id).resolve(".container.json.new");
    Files.createDirectories(inTheWay.resolve("x"));
    Result failed = run("network", "connect", "web", "one");
    assertEquals(125, failed.code(), failed.err());
    assertTrue(failed.err().contains(inTheWay.toString()), failed.err());
    Path web = nsbox.runRoot.resolve(".networks/web");
    assertEquals(List.of(".last4"), Nsbox.entries(web.resolve("leases")));
    assertEquals(List.of(), Nsbox.entries(web.resolve("endpoints")));
    assertEquals(
        List.of("00-bridge"), Nsbox.entries(nsbox.runRoot.resolve(id).resolve("networks")));
    String addresses = "ip -o -4 addr show | grep -c eth";
    assertEquals("1\n", run("exec", "one", "sh", "-c", addresses).out());
    nsbox.sh("rm -r " + inTheWay).expect(0);
    run("network", "connect", "web", "one").expect(0);
    assertEquals("2\n", run("exec", "one", "sh", "-c", addresses).out());
    run("rm", "-f", "-t0", "one").expect(0);
    run("network", "rm", "web").expect(0);
  }

  /* It cannot tell whose it was; nobody's end may depend on that. */
  @Test
  void anAddressThatIsNoLeaseAnyMoreLetsItsContainerGo() throws Exception {
    String id = running("--name=one");
    Path leases = nsbox.runRoot.resolve(".networks/bridge/leases");
    Path lease;
    try (Stream<Path> all = Files.list(leases)) {
      lease = all.filter(it -> !it.getFileName().toString().startsWith(".")).findFirst().get();
    }
    assertEquals(id, Files.readSymbolicLink(lease).toString());
    Files.delete(lease);
    Files.writeString(lease, "garbage");
    assertEquals(new Result(0, "one\n", ""), run("rm", "-f", "-t0", "one"));
    assertEquals(List.of(), nsbox.containers());
    assertEquals("garbage", Files.readString(lease));
    Files.delete(lease);
  }

  @Test
  void aDamagedProgramLetsItsContainerGo() throws Exception {
    String id = running("--name=one");
    Path programs = nsbox.runRoot.resolve(id).resolve("networks");
    byte[] whole = Files.readAllBytes(programs.resolve("00-bridge"));
    for (int length : new int[] {0, 1, 7, 100, whole.length - 1}) {
      Files.write(programs.resolve("01-torn" + length), Arrays.copyOf(whole, length));
    }
    onHost("nft", "flush", "ruleset").expect(0);
    assertEquals("one\n", run("ps", "--format", "{{.Names}}").expect(0).out());
    run("rm", "-f", "one").expect(0);
    assertEquals("", run("ps", "-a", "-q").expect(0).err());
  }

  @Test
  void aLineThatItsRootDidNotEndStaysWhatItIs() throws Exception {
    run("network", "create", "names").expect(0);
    running("--name=one", "--network=names");
    run("exec", "one", "sh", "-c", "printf '9.9.9.9 nine' >> /etc/hosts").expect(0);
    running("--name=two", "--network=names");
    String hosts = run("exec", "one", "cat", "/etc/hosts").out();
    assertTrue(hosts.contains("\n9.9.9.9 nine\n"), hosts);
    run("exec", "one", "ping", "-c", "1", "two").expect(0);
    run("rm", "-f", "two").expect(0);
    assertTrue(run("exec", "one", "ping", "-c", "1", "two").code() != 0);
  }

  @Test
  void anotherInterfaceOfABridgesNameIsLeftAlone() throws Exception {
    run("run", "--rm", ALPINE, "true").expect(0);
    onHost("ip", "link", "del", "nsbox0").expect(0);
    onHost("ip", "link", "add", "nsbox0", "type", "bridge").expect(0);
    String error = run("run", "--rm", ALPINE, "true").expect(125).err();
    assertTrue(error.contains("the host has another interface of its name"), error);
    onHost("ip", "link", "del", "nsbox0").expect(0);
    run("run", "--rm", ALPINE, "true").expect(0);
  }
}

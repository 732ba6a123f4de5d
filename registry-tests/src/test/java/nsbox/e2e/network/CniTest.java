package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Containers on networks that the CNI project's plugins make, on a host that is a network
/// namespace.
class CniTest extends EndToEnd {
  private static final String HOST = "nsboxcni-host-" + ProcessHandle.current().pid();
  private static final String PEER = "nsboxcni-peer-" + ProcessHandle.current().pid();
  private static final String PLUGINS = "/usr/lib/cni";

  private Path lists;
  private Path addresses;

  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  @BeforeEach
  void host() throws Exception {
    for (String name : List.of(HOST, PEER)) {
      tool("ip", "netns", "add", name);
    }
    on(HOST, "ip", "link", "set", "lo", "up");
    on(HOST, "ip", "link", "add", "uplink", "type", "veth", "peer", "name", "eth0", "netns", PEER);
    on(HOST, "ip", "address", "add", "192.0.2.1/24", "dev", "uplink");
    on(HOST, "ip", "link", "set", "uplink", "up");
    on(PEER, "ip", "address", "add", "192.0.2.2/24", "dev", "eth0");
    on(PEER, "ip", "link", "set", "eth0", "up");
    lists = Files.createDirectories(nsbox.folder.resolve("net.d"));
    addresses = nsbox.folder.resolve("addresses");
    list("web", bridge("\"capabilities\": {\"ips\": true, \"mac\": true},", "10.219.0.0/24"));
  }

  @AfterEach
  void nothingIsLeftOnTheHost() throws Exception {
    nsbox.removeContainers();
    String links = on(HOST, "ip", "link");
    String rules = on(HOST, "iptables-save");
    for (String name : List.of(HOST, PEER)) {
      tool("ip", "netns", "delete", name);
    }
    assertEquals(List.of(), files(nsbox.runRoot.resolve(".networks")));
    assertEquals(List.of(), given());
    for (Path folder : List.of(nsbox.runRoot.resolve(".networks"), lists, addresses)) {
      tool("rm", "-rf", folder.toString());
    }
    assertFalse(links.contains("veth"), links);
    assertFalse(rules.contains("10.219."), rules);
  }

  @Test
  void aContainerHasWhatThePluginsGaveIt() throws Exception {
    Nsbox.Result result =
        run(
            "--rm",
            "--network",
            "web",
            "--name",
            "first",
            "-h",
            "firsthost",
            ALPINE,
            "sh",
            "-c",
            "ip -4 -o address show eth0; ip route; cat /etc/hosts /etc/resolv.conf");
    result.expect(0);
    assertTrue(result.out().contains("inet 10.219.0.2/24"), result.toString());
    assertTrue(result.out().contains("default via 10.219.0.1"), result.toString());
    assertTrue(result.out().contains("10.219.0.2\tfirsthost\n"), result.toString());
    assertTrue(
        result.out().contains("nameserver 10.219.0.1\nsearch web.test\n"), result.toString());
    assertEquals("", result.err());
    assertEquals(List.of(), given());
  }

  @Test
  void publishedPortsLeadToIt() throws Exception {
    run(
            "-d",
            "--network",
            "web",
            "-p",
            "8080:80",
            "--name",
            "server",
            ALPINE,
            "nc",
            "-lk",
            "-p",
            "80",
            "-e",
            "echo",
            "served")
        .expect(0);
    Nsbox.await(
        "an answer from the server", () -> answer(PEER, "192.0.2.1", "8080").equals("served\n"));
    assertEquals("served\n", answer(HOST, "10.219.0.2", "80"));
    assertEquals(
        "80/tcp -> 0.0.0.0:8080",
        nsbox("port", "server").expect(0).out().lines().findFirst().orElse(""));
    nsbox("rm", "-f", "-t", "0", "server").expect(0);
    assertEquals(List.of(), given());
  }

  @Test
  void containersOnOneNetworkKnowEachOther() throws Exception {
    run(
            "-d",
            "--network",
            "web:alias=www",
            "--name",
            "server",
            ALPINE,
            "nc",
            "-lk",
            "-p",
            "80",
            "-e",
            "echo",
            "served")
        .expect(0);
    for (String name : List.of("server", "www")) {
      Nsbox.Result client =
          run(
              "--rm",
              "--network",
              "web",
              ALPINE,
              "sh",
              "-c",
              "for i in 1 2 3 4 5 6 7 8 9; do nc " + name + " 80 && exit; sleep 0.3; done; exit 1");
      assertEquals("served\n", client.expect(0).out());
    }
    nsbox("rm", "-f", "-t", "0", "server").expect(0);
  }

  @Test
  void addressesThatAreAskedFor() throws Exception {
    run(
            "-d",
            "--network",
            "web",
            "--ip",
            "10.219.0.77",
            "--mac-address",
            "02:00:00:00:00:77",
            "--name",
            "server",
            ALPINE,
            "sleep",
            "300")
        .expect(0);
    Nsbox.Result seen = nsbox("exec", "server", "ip", "address", "show", "eth0").expect(0);
    assertTrue(seen.out().contains("10.219.0.77/24"), seen.out());
    assertTrue(seen.out().contains("02:00:00:00:00:77"), seen.out());
    String format =
        "{{range .NetworkSettings.Networks}}{{.IPAddress}}/{{.IPPrefixLen}} {{.Gateway}} {{.MacAddress}}{{end}}";
    assertEquals(
        "10.219.0.77/24 10.219.0.1 02:00:00:00:00:77\n",
        nsbox("inspect", "--format", format, "server").expect(0).out());
    Nsbox.Result second =
        run("--network", "web", "--ip", "10.219.0.77", "--name", "second", ALPINE, "true");
    second.expect(125);
    assertTrue(
        second.err().contains("CNI network web: ADD of plugin bridge failed: "), second.err());
    nsbox("rm", "-f", "-t", "0", "server", "second").expect(0);
  }

  @Test
  void whatNoPluginDoesIsRefused() throws Exception {
    list(
        "plain",
        "{\"type\": \"ptp\", \"ipam\": {\"type\": \"static\","
            + " \"addresses\": [{\"address\": \"10.219.3.9/24\", \"gateway\": \"10.219.3.1\"}]}}");
    Nsbox.Result address =
        run("--rm", "--network", "plain", "--mac-address", "02:00:00:00:00:77", ALPINE, "true");
    address.expect(125);
    assertTrue(
        address
            .err()
            .endsWith(
                "the plugins of CNI network plain did not give the container 02:00:00:00:00:77:"
                    + " one of them must have the capability mac\n"),
        address.err());
    Nsbox.Result port = run("--rm", "--network", "plain", "-p", "8080:80", ALPINE, "true");
    port.expect(125);
    assertEquals(
        "nsbox: CNI network plain has no plugin for published ports: none in "
            + lists.resolve("plain.conflist")
            + " has the capability portMappings\n",
        port.err());
    Nsbox.Result none = run("--rm", "--network", "nowhere", ALPINE, "true");
    none.expect(125);
    assertTrue(none.err().startsWith("nsbox: network nowhere not found"), none.err());
  }

  @Test
  void whatAPluginSaysIsTold() throws Exception {
    list(
        "web",
        bridge("", "10.219.0.0/24"),
        "{\"type\": \"tuning\", \"sysctl\": {\"net.ipv4.no_such_value\": \"1\"}}");
    Nsbox.Result failed = run("--rm", "--network", "web", "--name", "failed", ALPINE, "true");
    failed.expect(125);
    assertTrue(
        failed
            .err()
            .startsWith(
                "nsbox: cannot start container failed\n  CNI network web: ADD of plugin tuning failed: "),
        failed.err());
    assertEquals(List.of(), given());
    list("web", "{\"type\": \"absent\"}");
    Nsbox.Result absent = run("--rm", "--network", "web", "--name", "absent", ALPINE, "true");
    absent.expect(125);
    assertTrue(
        absent.err().contains("CNI network web: there is no plugin absent in " + PLUGINS),
        absent.err());
    Files.writeString(lists.resolve("web.conflist"), "{");
    Nsbox.Result broken = run("--rm", "--network", "web", ALPINE, "true");
    broken.expect(125);
    assertTrue(
        broken.err().contains(lists.resolve("web.conflist") + ": not valid JSON"), broken.err());
  }

  @Test
  void allGoesAfterMonitorAndContainerWereKilled() throws Exception {
    run("-d", "--network", "web", "-p", "8081:80", "--name", "lost", ALPINE, "sleep", "300")
        .expect(0);
    assertEquals(List.of("10.219.0.2"), given());
    assertTrue(on(HOST, "iptables-save").contains("8081"));
    kill();
    Nsbox.await(
        "addresses that are given back",
        () -> nsbox("ps", "-aq").expect(0).err().isEmpty() && given().isEmpty());
    assertFalse(on(HOST, "iptables-save").contains("8081"));
    nsbox("rm", "lost").expect(0);
  }

  @Test
  void whatAKilledMonitorHadBegunIsUndone() throws Exception {
    Path slow = Files.createDirectories(nsbox.folder.resolve("slow"));
    Path program = slow.resolve("slow");
    Path called = nsbox.folder.resolve("called");
    Files.writeString(
        program,
        "#!/bin/sh\necho $CNI_COMMAND >>"
            + called
            + "\n[ $CNI_COMMAND = DEL ] && exit 0\nsleep 3\n"
            + "sed 's/.*\"prevResult\"://; s/}$//'\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    list("web", bridge("", "10.219.0.0/24"), "{\"type\": \"slow\"}");
    Nsbox.Running running =
        nsbox.start(
            environment(PLUGINS + ":" + slow),
            command("run", "-d", "--network", "web", "--name", "half", ALPINE, "sleep", "300"));
    Nsbox.await("a call of the slow plugin", () -> Files.exists(called));
    assertEquals(List.of("10.219.0.2"), given());
    kill();
    running.finish();
    nsbox("ps", "-aq").expect(0);
    assertEquals(List.of(), given());
    assertEquals("ADD\nDEL\n", Files.readString(called));
    Files.delete(called);
    Files.delete(program);
    nsbox("rm", "-f", "half");
  }

  @Test
  void aContainerIsStartedAgain() throws Exception {
    run("--network", "web", "--name", "again", ALPINE, "true").expect(0);
    assertEquals(List.of(), given());
    Nsbox.Result second = nsbox("start", "-a", "again").expect(0);
    assertEquals("", second.err());
    nsbox("rm", "again").expect(0);
    run(
            "-d",
            "--restart",
            "on-failure:2",
            "--network",
            "web",
            "--name",
            "thrice",
            ALPINE,
            "sh",
            "-c",
            "ip -4 -o address show eth0 | grep -q 10.219.0 && exit 5; exit 6")
        .expect(0);
    String format = "{{.RestartCount}} {{.State.Status}} {{.State.ExitCode}}\n";
    Nsbox.await(
        "the last end",
        () -> nsbox("inspect", "-f", format, "thrice").out().contains("2 exited 5"));
    Nsbox.await("an end without addresses", () -> given().isEmpty());
    Nsbox.await("the end of its monitor", () -> nsbox("rm", "thrice").code() == 0);
  }

  @Test
  void whatPluginsKeepOverARebootIsTakenBack() throws Exception {
    for (String name : List.of("started", "removed")) {
      run("-d", "--network", "web", "--name", name, ALPINE, "sleep", "300").expect(0);
    }
    for (String id : nsbox.containers()) {
      kill(id);
      tool("umount", nsbox.runRoot.resolve(id).resolve("cni/eth0.namespace").toString());
    }
    for (String id : nsbox.containers()) {
      nsbox
          .sh(
              "for c in /sys/fs/cgroup/nsbox/"
                  + id
                  + " /sys/fs/cgroup/*/nsbox/"
                  + id
                  + "; do [ ! -d $c ] || find $c -depth -type d -exec rmdir {} +; done")
          .expect(0);
    }
    for (String name : List.of(HOST, PEER)) {
      tool("ip", "netns", "delete", name);
    }
    tool("rm", "-rf", nsbox.runRoot.toString());
    Files.writeString(nsbox.root.resolve("boot"), "another boot\n");
    host();
    assertEquals(2, given().size());
    nsbox("rm", "removed").expect(0);
    assertEquals(1, given().size());
    nsbox("start", "started").expect(0);
    assertEquals(1, given().size());
    nsbox("rm", "-f", "-t", "0", "started").expect(0);
  }

  @Test
  void oneThatWaitsToBeStartedAgainIsTakenOff() throws Exception {
    run("-d", "--restart", "always", "--network", "web", "--name", "waits", ALPINE, "false")
        .expect(0);
    String format = "{{.RestartCount}} {{.State.Status}}\n";
    Nsbox.await(
        "a pause", () -> nsbox("inspect", "-f", format, "waits").out().contains("3 restarting"));
    nsbox("rm", "-f", "waits").expect(0);
  }

  @Test
  void severalNetworks() throws Exception {
    list(
        "data",
        bridge("", "10.219.9.0/24")
            .replace("cnitest0", "cnitest9")
            .replace("\"routes\": [{\"dst\": \"0.0.0.0/0\"}],", ""));
    Nsbox.Result result =
        run("--rm", "--network", "web", "--network", "data", ALPINE, "ip", "-4", "-o", "address");
    result.expect(0);
    assertTrue(result.out().contains("eth0    inet 10.219.0.2/24"), result.toString());
    assertTrue(result.out().contains("eth1    inet 10.219.9.2/24"), result.toString());
  }

  @Test
  void oneThatRunsComesAndGoes() throws Exception {
    list(
        "data",
        bridge("", "10.219.9.0/24")
            .replace("cnitest0", "cnitest9")
            .replace("\"routes\": [{\"dst\": \"0.0.0.0/0\"}],", ""));
    run("-d", "--network", "web", "--name", "mover", ALPINE, "sleep", "300").expect(0);
    nsbox("network", "connect", "data", "mover").expect(0);
    Nsbox.Result both = nsbox("exec", "mover", "ip", "-4", "-o", "address").expect(0);
    assertTrue(both.out().contains("eth1    inet 10.219.9.2/24"), both.out());
    String format = "{{range .Containers}}{{.Name}} {{.IPv4Address}}{{end}}";
    assertEquals(
        "mover 10.219.9.2/24\n", nsbox("network", "inspect", "-f", format, "data").expect(0).out());
    nsbox("network", "disconnect", "web", "mover").expect(0);
    Nsbox.Result one = nsbox("exec", "mover", "ip", "-4", "-o", "address").expect(0);
    assertFalse(one.out().contains("eth0"), one.out());
    assertEquals(List.of("10.219.9.2"), given());
    list("data", "{\"type\": \"absent\"}");
    list("other", "{\"type\": \"absent\"}");
    Nsbox.Result failed = nsbox("network", "connect", "other", "mover");
    failed.expect(1);
    assertTrue(failed.err().contains("there is no plugin absent in " + PLUGINS), failed.err());
    nsbox("rm", "-f", "-t", "0", "mover").expect(0);
  }

  @Test
  void listsHaveThem() throws Exception {
    Nsbox.Result list = nsbox("network", "ls", "--format", "{{.Name}} {{.Driver}}");
    assertTrue(list.expect(0).out().lines().toList().contains("web bridge"), list.toString());
    assertEquals(
        "web bridge 1.0.0\n",
        nsbox(
                "network",
                "inspect",
                "-f",
                "{{.Name}} {{.Driver}} {{index .Options \"cni.versions\"}}",
                "web")
            .expect(0)
            .out());
    Nsbox.Result removed = nsbox("network", "rm", "web");
    removed.expect(1);
    assertEquals(
        "nsbox: network web is not nsbox's: it is configured in "
            + lists.resolve("web.conflist")
            + "\n  To be rid of it, remove that file.\n",
        removed.err());
  }

  private void kill() throws Exception {
    kill(nsbox.containers().getFirst());
  }

  private void kill(String id) throws Exception {
    Path monitor = nsbox.runRoot.resolve(id).resolve("monitor");
    Nsbox.kill("KILL", Long.parseLong(Files.readString(monitor).split(" ")[0]));
    Path process = nsbox.runRoot.resolve(id).resolve("process");
    if (Files.exists(process)) {
      Nsbox.sendKill(Long.parseLong(Files.readString(process).split(" ")[0]));
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.getParent().endsWith("endpoints")).toList();
    }
  }

  /* Which addresses are given. */
  private List<String> given() throws IOException {
    if (!Files.exists(addresses)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(addresses)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("10.219."))
          .sorted()
          .toList();
    }
  }

  private String bridge(String more, String subnet) {
    return "{\"type\": \"bridge\", \"bridge\": \"cnitest0\", \"isGateway\": true, \"ipMasq\": true,"
        + " \"hairpinMode\": true, "
        + more
        + " \"ipam\": {\"type\": \"host-local\", \"dataDir\": \""
        + addresses
        + "\", \"routes\": [{\"dst\": \"0.0.0.0/0\"}], \"subnet\": \""
        + subnet
        + "\"}, \"dns\": {\"nameservers\": [\"10.219.0.1\"], \"search\": [\"web.test\"]}}, {\"type\":"
        + " \"portmap\", \"capabilities\": {\"portMappings\": true}}";
  }

  private void list(String name, String... plugins) throws IOException {
    Files.writeString(
        lists.resolve(name + ".conflist"),
        "{\"cniVersion\": \"1.0.0\", \"name\": \""
            + name
            + "\", \"plugins\": ["
            + String.join(", ", plugins)
            + "]}");
  }

  private Nsbox.Result run(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of("run"));
    all.addAll(List.of(words));
    return nsbox(all.toArray(new String[0]));
  }

  private Nsbox.Result nsbox(String... words) throws Exception {
    return nsbox.start(environment(PLUGINS), command(words)).finish();
  }

  private Map<String, String> environment(String plugins) {
    return Map.of("NETCONFPATH", lists.toString(), "CNI_PATH", plugins);
  }

  /* Not by `ip netns exec`: that would give each command mounts of its own. */
  private static List<String> command(String... words) {
    List<String> command = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + HOST, "nsbox"));
    command.addAll(List.of(words));
    return command;
  }

  private static String answer(String namespace, String address, String port) throws Exception {
    Process process =
        new ProcessBuilder(
                "ip", "netns", "exec", namespace, "busybox", "timeout", "2", "busybox", "nc",
                address, port)
            .redirectInput(Path.of("/dev/null").toFile())
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }

  private static String on(String namespace, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    command.addAll(List.of(words));
    return tool(command.toArray(new String[0]));
  }

  private static String tool(String... words) throws Exception {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), String.join(" ", words) + ": " + said);
    return said;
  }
}

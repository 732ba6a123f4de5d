package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox;
import org.junit.jupiter.api.Test;

/// Containers on networks that the CNI project's plugins make.
final class CniTest extends CniTests {
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
    serve("--network", "web", "-p", "8080:80");
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
    serve("--network", "web:alias=www");
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
    listData();
    Nsbox.Result result =
        run("--rm", "--network", "web", "--network", "data", ALPINE, "ip", "-4", "-o", "address");
    result.expect(0);
    assertTrue(result.out().contains("eth0    inet 10.219.0.2/24"), result.toString());
    assertTrue(result.out().contains("eth1    inet 10.219.9.2/24"), result.toString());
  }

  @Test
  void oneThatRunsComesAndGoes() throws Exception {
    listData();
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

  /* A container named server, which says one word to whoever asks. */
  private void serve(String... flags) throws Exception {
    List<String> words = new ArrayList<>(List.of("-d", "--name", "server"));
    words.addAll(List.of(flags));
    words.addAll(List.of(ALPINE, "nc", "-lk", "-p", "80", "-e", "echo", "served"));
    run(words.toArray(new String[0])).expect(0);
  }
}

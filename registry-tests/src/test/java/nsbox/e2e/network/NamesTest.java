package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox;
import org.junit.jupiter.api.Test;

/// How containers on a network find each other while they come, go and change.
final class NamesTest extends NetworkTests {
  private static final String MARK = "# The addresses on its networks, as nsbox keeps them:";

  @Override
  protected void prepare() throws Exception {
    super.prepare();
    run("network", "create", "one").expect(0);
    run("network", "create", "--ipv6", "two").expect(0);
  }

  private boolean finds(String from, String name) throws Exception {
    return run("exec", from, "ping", "-c", "1", "-W", "1", name).code() == 0;
  }

  /* What counts of the hosts file of a container: behind the mark, and no comment. */
  private List<String> lines(String container) throws Exception {
    List<String> lines =
        run("exec", container, "cat", "/etc/hosts").expect(0).out().lines().toList();
    List<String> names = new ArrayList<>();
    for (String line : lines.subList(lines.indexOf(MARK) + 1, lines.size())) {
      if (!line.startsWith("#")) {
        names.add(line.strip());
      }
    }
    return names;
  }

  private Path hosts(String id) {
    return nsbox.root.resolve("containers").resolve(id).resolve("hosts");
  }

  private String address(String container, String network) throws Exception {
    String format = "{{(index .NetworkSettings.Networks \"" + network + "\").IPAddress}}";
    return run("inspect", "-f", format, container).expect(0).out().strip();
  }

  @Test
  void findsByNameAliasAndId() throws Exception {
    running("--name=web", "--network=one:alias=www", "--hostname=inner");
    String id = running("--name=db", "--network=one");
    for (String name : List.of("web", "www", "inner")) {
      assertTrue(finds("db", name), name);
    }
    assertTrue(finds("web", "db"));
    assertTrue(finds("web", id.substring(0, 12)));
    run("stop", "-t", "0", "db").expect(0);
    assertFalse(finds("web", "db"));
    assertEquals(1, lines("web").size(), "its own alone");
    run("start", "db").expect(0);
    assertTrue(finds("web", "db"));
    assertTrue(finds("db", "web"));
  }

  @Test
  void aNetworksNamesAreItsOwn() throws Exception {
    running("--name=both", "--network=one", "--network=two");
    running("--name=first", "--network=one");
    running("--name=second", "--network=two");
    assertTrue(finds("both", "first"));
    assertTrue(finds("both", "second"));
    assertTrue(finds("first", "both"));
    assertTrue(finds("second", "both"));
    assertFalse(finds("first", "second"));
    assertTrue(
        run("exec", "both", "ping", "-6", "-c", "1", "-W", "1", "second").code() == 0, "version 6");
    assertEquals(6, lines("both").size(), lines("both").toString());
    running("--name=third", "--network=bridge");
    running("--name=fourth", "--network=bridge");
    assertEquals(1, lines("third").size());
    assertFalse(finds("third", "fourth"));
  }

  @Test
  void aNewNameCountsAtOnce() throws Exception {
    running("--name=web", "--network=one:alias=www");
    running("--name=db", "--network=one", "--network=two");
    run("rename", "db", "store").expect(0);
    assertTrue(finds("web", "store"));
    assertFalse(finds("web", "db"));
    run("rename", "web", "site").expect(0);
    assertTrue(finds("store", "site"));
    assertTrue(finds("store", "www"));
    assertFalse(finds("store", "web"));
    assertEquals(2, lines("site").size());
    run("stop", "-t", "0", "store").expect(0);
    assertEquals(1, lines("site").size());
    run("rename", "store", "db").expect(0);
    run("start", "db").expect(0);
    assertTrue(finds("site", "db"));
  }

  @Test
  void staysOneLineThroughRestarts() throws Exception {
    running("--name=web", "--network=one");
    String id = running("--name=db", "--network=one", "--restart=always");
    for (int i = 0; i < 3; i++) {
      long process = nsbox.initOf(id);
      Nsbox.sendKill(process);
      Nsbox.await("its next run", () -> nsbox.initOf(id) != process && finds("db", "web"));
    }
    assertEquals(2, lines("web").size(), lines("web").toString());
    assertEquals(2, lines("db").size(), lines("db").toString());
    run("rename", "db", "store").expect(0);
    long process = nsbox.initOf(id);
    Nsbox.sendKill(process);
    Nsbox.await("its next run", () -> nsbox.initOf(id) != process && finds("store", "web"));
    assertEquals(2, lines("web").size(), lines("web").toString());
    assertTrue(finds("web", "store"));
  }

  @Test
  void whoComesAndGoesDoesNotFillTheFile() throws Exception {
    String id = running("--name=web", "--network=one");
    running("--name=db", "--network=one");
    run("stop", "-t", "0", "db").expect(0);
    long size = Files.size(hosts(id));
    for (int i = 0; i < 4; i++) {
      run("start", "db").expect(0);
      assertTrue(finds("web", "db"));
      run("stop", "-t", "0", "db").expect(0);
    }
    assertEquals(size, Files.size(hosts(id)));
  }

  @Test
  void isForgottenAfterItsMonitorWasKilled() throws Exception {
    running("--name=web", "--network=one");
    String id = running("--name=db", "--network=one");
    String monitor = Files.readString(nsbox.runRoot.resolve(id).resolve("monitor"));
    Nsbox.sendKill(Long.parseLong(monitor.split(" ")[0]));
    Nsbox.sendKill(nsbox.initOf(id));
    Nsbox.await("its end", () -> run("ps", "-q").out().lines().count() == 1);
    assertFalse(finds("web", "db"));
    assertEquals(1, lines("web").size());
    run("start", "db").expect(0);
    assertTrue(finds("web", "db"));
  }

  @Test
  void leavesToTheContainerWhatItWroteItself() throws Exception {
    String web = running("--name=web", "--network=one");
    run("exec", "web", "sh", "-c", "printf '192.0.2.3 mine' >> /etc/hosts").expect(0);
    running("--name=db", "--network=one");
    assertTrue(finds("web", "db"));
    assertTrue(lines("web").contains("192.0.2.3 mine"));
    run("exec", "web", "sh", "-c", "echo '192.0.2.3 mine' > /etc/hosts").expect(0);
    run("rm", "-f", "db").expect(0);
    assertEquals("192.0.2.3 mine\n", Files.readString(hosts(web)));
    run("exec", "web", "sh", "-c", "head -c 6000000 /dev/zero | tr '\\0' '#' > /etc/hosts")
        .expect(0);
    running("--name=db", "--network=one");
    run("stop", "-t", "0", "db").expect(0);
    assertEquals(6_000_000, Files.size(hosts(web)));
    run("restart", "-t", "0", "web").expect(0);
    assertEquals(6_000_000, Files.size(hosts(web)));
  }

  @Test
  void startsNotOnAHostsFileThatIsALink() throws Exception {
    String web = running("--name=web", "--network=one");
    run("stop", "-t", "0", "web").expect(0);
    Path aim = Files.writeString(nsbox.folder.resolve("aim"), "x");
    Files.move(hosts(web), nsbox.folder.resolve("before"));
    Files.createSymbolicLink(hosts(web), aim);
    String words = run("start", "web").expect(125).err();
    assertTrue(words.contains("hosts is a link now"), words);
    assertEquals("x", Files.readString(aim));
  }

  @Test
  void withoutAHostsFileOthersStillFindIt() throws Exception {
    running("--name=web", "--network=one", "--no-hosts");
    running("--name=db", "--network=one");
    assertTrue(finds("db", "web"));
    assertFalse(finds("web", "db"));
    run("rename", "web", "site").expect(0);
    assertTrue(finds("db", "site"));
  }

  @Test
  void takesLongNamesAndManyAliases() throws Exception {
    List<String> options = new ArrayList<>(List.of("--network=two", "--name=" + "n".repeat(64)));
    for (int i = 10; i < 40; i++) {
      options.add("--network-alias=" + "alias" + i + "y".repeat(50));
    }
    running(options.toArray(new String[0]));
    running("--name=db", "--network=two");
    assertTrue(finds("db", "n".repeat(64)));
    for (int i : new int[] {10, 17, 25, 39}) {
      assertTrue(finds("db", "alias" + i + "y".repeat(50)), "alias " + i);
    }
    run("stop", "-t", "0", "n".repeat(64)).expect(0);
    assertEquals(2, lines("db").size(), lines("db").toString());
  }

  @Test
  void knowsTheHostByItsGateway() throws Exception {
    running("--name=web", "--network=two", "--network=one", "--add-host=outside:host-gateway");
    assertTrue(finds("web", "outside"));
    String gateway =
        run("network", "inspect", "-f", "{{(index .IPAM.Config 0).Gateway}}", "two").out();
    assertTrue(lines("web").contains(gateway.strip() + "\toutside"), lines("web").toString());
    assertEquals(5, lines("web").size(), lines("web").toString());
    assertNotEquals("", address("web", "one"));
  }

  @Test
  void makesTheFilesOfEtcAsDockerDoes() throws Exception {
    String id =
        running("--name=web", "--network=one", "--add-host=a:192.0.2.9", "--domainname=d.test");
    String shortId = id.substring(0, 12);
    assertEquals(
        "127.0.0.1\tlocalhost\n"
            + "::1\tlocalhost ip6-localhost ip6-loopback\n"
            + "fe00::\tip6-localnet\n"
            + "ff00::\tip6-mcastprefix\n"
            + "ff02::1\tip6-allnodes\n"
            + "ff02::2\tip6-allrouters\n"
            + "192.0.2.9\ta\n"
            + MARK
            + "\n"
            + address("web", "one")
            + "\t"
            + shortId
            + " "
            + shortId
            + ".d.test\n",
        run("exec", "web", "cat", "/etc/hosts").out());
    assertEquals(shortId + "\n", run("exec", "web", "cat", "/etc/hostname").out());
    assertEquals(
        Files.readString(Path.of("/etc/resolv.conf")),
        run("run", "--rm", "--network=host", ALPINE, "cat", "/etc/resolv.conf").out());
    assertEquals(
        "nameserver 127.0.0.1\n",
        run(
                "run",
                "--rm",
                "--network=one",
                "--dns=127.0.0.1",
                ALPINE,
                "grep",
                "nameserver",
                "/etc/resolv.conf")
            .out());
  }
}

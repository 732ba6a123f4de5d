package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// By which of a container's networks it reaches what is on none of them, and by which its
/// published ports are reached: that may be one for version 4 and another for version 6.
final class WaysOutTest extends NetworkTests {
  private static final String FOUR = "default via 10.7.0.1 dev eth0 proto boot \n";
  private static final String SIX =
      "default via fd00:8::1 dev eth1 proto boot metric 1024 pref medium\n";

  @Test
  void eachVersionHasItsOwn() throws Exception {
    run("network", "create", "--subnet=10.7.0.0/24", "four").expect(0);
    run("network", "create", "--subnet=10.8.0.0/24", "--subnet=fd00:8::/64", "both").expect(0);
    run(
            "create",
            "--name=web",
            "--network=four:ip=10.7.0.7",
            "--network=both:ip=10.8.0.7,ip6=fd00:8::7",
            "-p=8080:80",
            ALPINE,
            "sleep",
            "300")
        .expect(0);
    run("start", "web").expect(0);
    expectWays(FOUR, "10.7.0.7", SIX, "fd00:8::7");
    run("network", "disconnect", "both", "web").expect(0);
    expectWays(FOUR, "10.7.0.7", "", "");
    run("network", "connect", "--ip=10.8.0.8", "--ip6=fd00:8::8", "both", "web").expect(0);
    expectWays(FOUR, "10.7.0.7", SIX, "fd00:8::8");
    run("network", "disconnect", "four", "web").expect(0);
    expectWays(
        FOUR.replace("10.7.0.1 dev eth0", "10.8.0.1 dev eth1"), "10.8.0.8", SIX, "fd00:8::8");
    String link =
        "nsb-" + run("network", "inspect", "-f", "{{.Id}}", "both").out().substring(0, 11);
    String setting = "/proc/sys/net/ipv4/conf/" + link + "/route_localnet";
    assertEquals("1\n", onHost(program("cat"), setting).out());
    run("rm", "-f", "web").expect(0);
    assertEquals(List.of("", ""), List.of(leading("ports4"), leading("ports6")));
    run("network", "rm", "four", "both").expect(0);
  }

  private void expectWays(String four, String published4, String six, String published6)
      throws Exception {
    assertEquals(
        List.of(four, published4, six, published6),
        List.of(routes("-4"), leading("ports4"), routes("-6"), leading("ports6")));
  }

  private String routes(String version) throws Exception {
    long pid = nsbox.initOf(run("inspect", "-f", "{{.Id}}", "web").expect(0).out().strip());
    return nsbox
        .start(
            Map.of(),
            List.of(
                program("nsenter"),
                "--net=/proc/" + pid + "/ns/net",
                program("ip"),
                "-d",
                version,
                "route",
                "show",
                "default"))
        .finish()
        .expect(0)
        .out()
        .replace("unicast ", "")
        .replace("scope global ", "");
  }

  /* Where port 8080 leads. */
  private String leading(String map) throws Exception {
    String out = onHost(program("nft"), "-j", "list", "map", "inet", "nsbox", map).expect(0).out();
    StringBuilder found = new StringBuilder();
    for (String text : List.of("10.7.0.7", "10.8.0.7", "10.8.0.8", "fd00:8::7", "fd00:8::8")) {
      found.append(out.contains('"' + text + '"') ? text : "");
    }
    return found.toString();
  }
}

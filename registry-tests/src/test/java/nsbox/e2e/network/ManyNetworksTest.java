package nsbox.e2e.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import nsbox.e2e.Nsbox;
import org.junit.jupiter.api.Test;

/// A hundred containers with published ports, started eight at a time: all are reached, and nothing
/// of them stays.
final class ManyNetworksTest extends NetworkTests {
  private static final int COUNT = 100;

  @Test
  void aHundredPublishedContainersAreReachedAndGo() throws Exception {
    String start =
        "seq 1 %d | xargs -P 8 -I{} sh -c '\"$0\" run -d --name many{} -p $((9000 + {})):80 %s"
            + " sh -c \"while true; do echo from-{} | nc -l -p 80; done\" >/dev/null' %s";
    onHost("sh", "-c", start.formatted(COUNT, ALPINE, Nsbox.HOME.resolve("bin/nsbox"))).expect(0);
    String ask =
        "for n in $(seq 1 %d); do for try in 1 2 3 4 5; do"
            + " line=; exec 3<>/dev/tcp/127.0.0.1/$((9000 + n)) && IFS= read -t 2 -r line <&3;"
            + " [ \"$line\" = from-$n ] && echo $n && break; sleep 0.2; done; done 2>/dev/null | wc -l";
    assertEquals(COUNT + "\n", onHost("bash", "-c", ask.formatted(COUNT)).out());
    assertEquals(COUNT, run("ps", "-q").out().lines().count());
    run("rm", "-f", "-t", "0", "-a").expect(0);
    assertEquals("", run("ps", "-aq").out());
    String table = onHost("nft", "list", "map", "inet", "nsbox", "ports4").expect(0).out();
    assertEquals(-1, table.indexOf("elements"), table);
  }
}

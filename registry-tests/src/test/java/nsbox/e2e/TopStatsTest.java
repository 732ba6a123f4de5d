package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// `top`, `stats`, `port`: what there is to see of containers that run.
final class TopStatsTest extends NamedContainers {
  @Test
  void showsProcessesAsPsDoes() throws Exception {
    String id = running("a", "sh", "-c", "sleep 301 & sleep 302; :");
    Nsbox.await("processes", () -> nsbox.run("top", "a").out().contains("sleep 301"));
    String all = nsbox.run("top", "a").expect(0).out();
    assertTrue(all.matches("(?s)UID +PID +PPID.*"), all);
    assertEquals(4, all.lines().count(), all);
    String some = nsbox.run("top", "a", "-o", "pid,comm").expect(0).out();
    assertTrue(some.contains(Long.toString(nsbox.initOf(id))), some);
    nsbox.run("kill", "a").expect(0);
    Nsbox.await("its end", () -> status("a").contains("Exited"));
    assertEquals(
        new Result(
            125, "", "nsbox: top can only be used on running containers: container a is exited\n"),
        nsbox.run("top", "a"));
  }

  @Test
  void showsProcessesInPodmansColumns() throws Exception {
    String id = running("a", "sh", "-c", "sleep 301 & sleep 302; :");
    Nsbox.await("processes", () -> nsbox.run("top", "a").out().contains("sleep 302"));
    String table = nsbox.run("top", "a", "pid", "ppid,user", "comm").expect(0).out();
    assertTrue(table.startsWith("PID   PPID   USER   COMMAND\n1     0      root   sh\n"), table);
    assertEquals(4, table.lines().count(), table);
    assertTrue(nsbox.run("top", "a", "hpid").out().contains(Long.toString(nsbox.initOf(id))));
    assertTrue(nsbox.run("top", "a", "args", "state", "seccomp").out().contains("filter"));
  }

  @Test
  void showsWhatIsUsed() throws Exception {
    String id = running("a", "sh", "-c", "while :; do :; done");
    nsbox.run("create", "--name", "b", ALPINE, "true").expect(0);
    String table = nsbox.run("stats", "--no-stream").expect(0).out();
    assertTrue(
        table.matches(
            "(?s)CONTAINER ID   NAME   CPU % +MEM USAGE / LIMIT +MEM % +NET I/O +BLOCK I/O +PIDS\n"
                + id.substring(0, 12)
                + "   a .*"),
        table);
    assertEquals(2, table.lines().count(), table);
    String busy = nsbox.run("stats", "--no-stream", "--format", "{{.CPUPerc}}", "a").out();
    assertTrue(Double.parseDouble(busy.replace("%\n", "")) > 1, busy);
    assertTrue(
        nsbox
            .run("stats", "--no-stream", "-a", "--format", "{{.Name}} {{.PIDs}}")
            .out()
            .contains("b --"));
    assertEquals(
        id + "\n",
        nsbox.run("stats", "--no-stream", "--no-trunc", "--format", "{{.ID}}", "a").out());
    assertEquals(1, nsbox.run("stats", "--no-stream", "none").code());
    assertEquals(125, nsbox.run("stats", "-i", "0").code());
  }

  @Test
  void showsNoPorts() throws Exception {
    running("a");
    assertEquals(new Result(0, "", ""), nsbox.run("port", "a"));
    assertEquals(
        new Result(1, "", "nsbox: no public port '80/tcp' published for a\n"),
        nsbox.run("port", "a", "80"));
  }
}

package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// `pause` and `unpause`.
final class PauseTest extends NamedContainers {
  private static final String COUNT = "while :; do echo x; sleep 0.05; done";

  private long lines() throws Exception {
    return nsbox.run("logs", "a").out().lines().count();
  }

  @Test
  void stopsAllAndLetsThemGoOn() throws Exception {
    running("a", "sh", "-c", COUNT);
    assertEquals(new Result(0, "a\n", ""), nsbox.run("pause", "a"));
    assertTrue(status("a").contains("(Paused)"), status("a"));
    long before = lines();
    Thread.sleep(300);
    assertEquals(before, lines());
    assertEquals(
        new Result(125, "", "nsbox: \"a\" is already paused: container state improper\n"),
        nsbox.run("pause", "a"));
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: can only create exec sessions on running containers: container state"
                + " improper\n  It is paused.\n"),
        nsbox.run("exec", "a", "true"));
    assertEquals(new Result(0, "a\n", ""), nsbox.run("unpause", "a"));
    Nsbox.await("more lines", () -> lines() > before);
    assertEquals(
        new Result(
            125, "", "nsbox: \"a\" is not paused, can't unpause: container state improper\n"),
        nsbox.run("unpause", "a"));
  }

  @Test
  void takesNoneThatDoesNotRun() throws Exception {
    nsbox.run("create", "--name", "a", ALPINE, "true").expect(0);
    assertEquals(
        new Result(125, "", "nsbox: \"a\" is not running, can't pause: container state improper\n"),
        nsbox.run("pause", "a"));
  }

  @Test
  void takesAll() throws Exception {
    String a = running("a");
    assertEquals(new Result(0, a + "\n", ""), nsbox.run("pause", "-a"));
    assertEquals(new Result(0, "", ""), nsbox.run("pause", "-a"));
    assertEquals(new Result(0, a + "\n", ""), nsbox.run("unpause", "--all"));
  }

  @Test
  void aPausedOneCanBeEnded() throws Exception {
    running("a", "sh", "-c", "trap 'exit 6' TERM; " + COUNT);
    nsbox.run("pause", "a").expect(0);
    assertEquals(new Result(0, "a\n", ""), nsbox.run("stop", "a"));
    assertTrue(status("a").contains("Exited (6)"), status("a"));
    nsbox.run("start", "a").expect(0);
    assertTrue(status("a").endsWith("a") && !status("a").contains("Paused"));
    nsbox.run("pause", "a").expect(0);
    assertEquals(new Result(0, "a\n", ""), nsbox.run("kill", "a"));
    Nsbox.await("its end", () -> status("a").contains("Exited (137)"));
    nsbox.run("start", "a").expect(0);
    nsbox.run("pause", "a").expect(0);
    assertEquals(2, nsbox.run("rm", "a").code());
    assertEquals(new Result(0, "a\n", ""), nsbox.run("rm", "-f", "a"));
  }

  @Test
  void twoPausesAtOnceMakeOne() throws Exception {
    running("a");
    Running one = nsbox.start("pause", "a");
    Running two = nsbox.start("pause", "a");
    assertEquals(125, one.finish().code() + two.finish().code());
    assertTrue(status("a").contains("(Paused)"));
  }
}

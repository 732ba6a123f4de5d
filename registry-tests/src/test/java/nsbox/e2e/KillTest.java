package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// `kill`, and the options of `stop`, `restart` and `rm`.
final class KillTest extends NamedContainers {
  private static final String TRAP =
      "trap 'echo got usr1; exit 5' USR1; trap 'exit 6' TERM; echo up; while :; do sleep 0.05; done";

  private void awaitUp(String name) throws Exception {
    Nsbox.await("up", () -> nsbox.run("logs", name).out().startsWith("up"));
  }

  @Test
  void killsAtOnce() throws Exception {
    running("a");
    assertEquals(new Result(0, "a\n", ""), nsbox.run("kill", "a"));
    Nsbox.await("its end", () -> status("a").contains("Exited (137)"));
    String id = nsbox.run("ps", "-aq", "--no-trunc").out().strip();
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: can only kill running containers. "
                + id
                + " is in state exited: container state improper\n"),
        nsbox.run("kill", "a"));
  }

  @Test
  void sendsAnySignal() throws Exception {
    for (String signal : List.of("USR1", "SIGUSR1", "10", "usr1")) {
      running("a", "sh", "-c", TRAP);
      awaitUp("a");
      assertEquals(new Result(0, "a\n", ""), nsbox.run("kill", "-s", signal, "a"));
      Nsbox.await("its end", () -> status("a").contains("Exited (5)"));
      nsbox.run("rm", "a").expect(0);
    }
    assertEquals(
        new Result(125, "", "nsbox: invalid signal: FOO\n"), nsbox.run("kill", "-s", "FOO", "a"));
    assertEquals(
        new Result(125, "", "nsbox: invalid signal: 65: valid signals are 1 through 64\n"),
        nsbox.run("kill", "-s", "65", "a"));
  }

  private long endOf(String id) throws Exception {
    String exit = Files.readString(nsbox.root.resolve("containers").resolve(id).resolve("exit"));
    return Long.parseLong(exit.split(" ")[2]);
  }

  @Test
  void givesAllTheSameTimeToEnd() throws Exception {
    List<String> names = List.of("a", "b", "c", "d");
    StringBuilder complaints = new StringBuilder();
    for (String name : names) {
      running(name);
      complaints.append("nsbox: StopSignal SIGTERM failed to stop container ");
      complaints.append(name).append(" in 4 seconds, resorting to SIGKILL\n");
    }
    long before = System.nanoTime();
    assertEquals(
        new Result(0, "a\nb\nc\nd\n", complaints.toString()),
        nsbox.run("stop", "-t", "4", "a", "b", "c", "d"));
    long seconds = (System.nanoTime() - before) / 1_000_000_000;
    assertTrue(seconds >= 4 && seconds < 12, "took " + seconds + " s");
    for (String name : names) {
      assertTrue(status(name).contains("Exited (137)"), status(name));
    }
  }

  @Test
  void nobodyWaitsForWhoMayTakeLonger() throws Exception {
    String slow = "trap 'sleep 4; exit 3' TERM; echo up; while :; do sleep 0.05; done";
    String a =
        nsbox
            .run("run", "-d", "--name", "a", "--stop-timeout", "60", ALPINE, "sh", "-c", slow)
            .expect(0)
            .out()
            .strip();
    String b =
        nsbox
            .run("run", "-d", "--name", "b", "--stop-timeout", "1", ALPINE, "sleep", "300")
            .expect(0)
            .out()
            .strip();
    awaitUp("a");
    assertEquals("a\nb\n", nsbox.run("stop", "a", "b").expect(0).out());
    assertTrue(status("a").contains("Exited (3)"), status("a"));
    assertTrue(endOf(b) <= endOf(a) - 2, endOf(b) + " " + endOf(a));
  }

  @Test
  void oneThatIsNamedTwiceIsRemovedOnce() throws Exception {
    String id = running("a");
    running("b");
    String missing = "nsbox: no container with name or ID \"none\" found: no such container\n";
    assertEquals(
        new Result(1, "a\n" + id + "\n", missing), nsbox.run("stop", "-t", "0", "a", "none", id));
    assertEquals(new Result(0, "a\nb\n", ""), nsbox.run("rm", "-f", "a", "none", id, "b", "a"));
    assertEquals(List.of(), nsbox.containers());
  }

  @Test
  void triesAllNames() throws Exception {
    running("a");
    running("b");
    String missing = "nsbox: no container with name or ID \"none\" found: no such container\n";
    assertEquals(new Result(1, "a\nb\n", missing), nsbox.run("kill", "none", "a", "b"));
    Nsbox.await("ends", () -> nsbox.run("ps", "-q").out().isEmpty());
  }

  @Test
  void choosesContainers() throws Exception {
    String a = running("a");
    String b = running("b");
    nsbox.run("create", "--name", "c", ALPINE, "true").expect(0);
    Files.writeString(nsbox.folder.resolve("cid"), a);
    assertEquals(new Result(0, a + "\n", ""), nsbox.run("kill", "--cidfile", "cid"));
    Nsbox.await("end of a", () -> status("a").contains("Exited"));
    assertEquals(new Result(0, b + "\n", ""), nsbox.run("kill", "-a"));
    Nsbox.await("end of b", () -> status("b").contains("Exited"));
    assertEquals(new Result(0, "", ""), nsbox.run("kill", "--all"), "none runs");
    assertTrue(status("c").contains("Created"));
    String c = nsbox.run("start", "-l").expect(0).out().strip();
    assertEquals(64, c.length());
    Nsbox.await("end of c", () -> status("c").contains("Exited (0)"));
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: --all, --latest, --filter and names of containers cannot be used together\n"),
        nsbox.run("kill", "-a", "b"));
    assertEquals(
        new Result(125, "", "nsbox: requires at least 1 arg(s): no container is named\n"),
        nsbox.run("kill"));
  }

  @Test
  void filtersContainers() throws Exception {
    nsbox.run("run", "-d", "--name", "a", "--label", "k=v", ALPINE, "sleep", "300").expect(0);
    running("b");
    String a = nsbox.run("ps", "-q", "--no-trunc", "-f", "name=a").expect(0).out();
    assertEquals(new Result(0, a, ""), nsbox.run("stop", "-t", "0", "--filter", "label=k=v"));
    assertEquals(new Result(0, a, ""), nsbox.run("start", "--filter", "status=exited"));
    assertEquals(new Result(0, a, ""), nsbox.run("rm", "-f", "--filter", "label=k"));
    assertTrue(status("b").contains("Up"));
    assertEquals(125, nsbox.run("stop", "--filter", "nosuch=1").code());
  }

  @Test
  void stopsByAnotherSignalAndSaysWhenItHadToKill() throws Exception {
    running("a", "sh", "-c", TRAP);
    awaitUp("a");
    assertEquals(new Result(0, "a\n", ""), nsbox.run("stop", "--signal", "USR1", "a"));
    assertTrue(status("a").contains("Exited (5)"));
    running("b");
    assertEquals(
        new Result(
            0,
            "b\n",
            "nsbox: StopSignal SIGTERM failed to stop container b in 1 seconds, resorting to"
                + " SIGKILL\n"),
        nsbox.run("stop", "-t", "1", "b"));
    assertTrue(status("b").contains("Exited (137)"));
    assertEquals(new Result(0, "b\n", ""), nsbox.run("stop", "-i", "none", "b"));
  }

  @Test
  void stopWaitsForEverIfToldSo() throws Exception {
    running("a", "sh", "-c", TRAP.replace("exit 6", "sleep 1; exit 6"));
    awaitUp("a");
    assertEquals(new Result(0, "a\n", ""), nsbox.run("stop", "-t", "-1", "a"));
    assertTrue(status("a").contains("Exited (6)"));
  }

  @Test
  void restartsWhatRunsAndStartsWhatDoesNot() throws Exception {
    String id = running("a", "sh", "-c", "echo run >>/runs; sleep 300");
    long first = nsbox.initOf(id);
    assertEquals(new Result(0, "a\n", ""), nsbox.run("restart", "-t", "0", "a"));
    assertTrue(nsbox.initOf(id) != first);
    assertEquals("run\nrun\n", nsbox.run("exec", "a", "cat", "/runs").out());
    nsbox.run("kill", "a").expect(0);
    Nsbox.await("its end", () -> status("a").contains("Exited"));
    assertEquals(new Result(0, id + "\n", ""), nsbox.run("restart", "-a"));
    assertEquals(
        new Result(0, id + "\n", ""), nsbox.run("restart", "-t", "0", "--all", "--running"));
    nsbox.run("rm", "-f", "a").expect(0);
    nsbox.run("run", "-d", "--rm", "--name", "r", ALPINE, "sleep", "300").expect(0);
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: cannot restart container r: it was made with --rm, so it goes when it ends\n"),
        nsbox.run("restart", "r"));
    assertTrue(status("r").contains("Up"));
  }

  @Test
  void removesInManyWays() throws Exception {
    String a = running("a", "true");
    Nsbox.await("its end", () -> status("a").contains("Exited"));
    assertEquals(new Result(0, "", ""), nsbox.run("rm", "-f", "none"));
    assertEquals(new Result(0, "a\n", ""), nsbox.run("rm", "-v", "-i", "none", "a"));
    running("b", "sh", "-c", TRAP.replace("exit 6", "touch /done; exit 6"));
    awaitUp("b");
    assertEquals(new Result(0, "b\n", ""), nsbox.run("rm", "-f", "-t", "10", "b"));
    running("c");
    assertEquals(2, nsbox.run("rm", "-a").code());
    assertTrue(
        nsbox.run("rm", "-t", "0", "--all", "--force", "--ignore").expect(0).out().length() == 65);
    assertEquals(List.of(), nsbox.containers(), a);
  }

  @Test
  void twoAtOnceBothEndWithTrueWords() throws Exception {
    for (String[] pair :
        new String[][] {{"stop", "kill"}, {"restart", "rm"}, {"stop", "start"}, {"rm", "pause"}}) {
      running("a");
      Running one = command(pair[0]);
      Running two = command(pair[1]);
      for (Result result : List.of(one.finish(), two.finish())) {
        assertFalse(result.err().contains("internal error"), result.err());
        assertFalse(result.err().contains("Exception"), result.err());
        assertTrue(List.of(0, 1, 2, 125).contains(result.code()), result.toString());
      }
      nsbox.run("rm", "-f", "a").expect(0);
      assertEquals(List.of(), nsbox.containers());
    }
  }

  private Running command(String name) throws Exception {
    return switch (name) {
      case "rm" -> nsbox.start("rm", "-f", "a");
      case "stop", "restart" -> nsbox.start(name, "-t", "0", "a");
      default -> nsbox.start(name, "a");
    };
  }

  private void joining(String name, String other) throws Exception {
    nsbox
        .run("run", "-d", "--name", name, "--network", "container:" + other, ALPINE, "sleep", "300")
        .expect(0);
  }

  @Test
  void removesThoseThatDependOnOneBeforeIt() throws Exception {
    running("base");
    joining("first", "base");
    joining("second", "first");
    running("other");
    nsbox.run("stop", "-t", "0", "base", "first").expect(0);
    Result refused = nsbox.run("rm", "--depend", "base");
    assertEquals("", refused.out());
    assertTrue(refused.err().contains("cannot remove container second as it is running"));
    assertTrue(
        refused
            .err()
            .contains(
                "nsbox: container base has dependent containers which must be removed before it:"
                    + " first\n"),
        refused.err());
    assertEquals(4, nsbox.containers().size());
    assertEquals(
        new Result(0, "second\nfirst\nbase\n", ""),
        nsbox.run("rm", "-f", "--depend", "base", "first"));
    assertTrue(status("base").isEmpty());
    assertTrue(status("other").contains("Up "), status("other"));
  }
}

package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// What users see of a container's log.
final class LogsTest extends NamedContainers {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private void wrote(String name, String script) throws Exception {
    nsbox.run("run", "--name", name, ALPINE, "sh", "-c", script).expect(0);
  }

  @Test
  void showTheLastLines() throws Exception {
    wrote("x", "seq 1 5; printf end");
    assertEquals(new Result(0, "5\nend", ""), nsbox.run("logs", "--tail", "2", "x"));
    assertEquals(new Result(0, "4\n5\nend", ""), nsbox.run("logs", "-n3", "x"));
    assertEquals(new Result(0, "", ""), nsbox.run("logs", "--tail=0", "x"));
    for (String all : new String[] {"all", "-1", "99"}) {
      assertEquals("1\n2\n3\n4\n5\nend", nsbox.run("logs", "--tail", all, "x").expect(0).out());
    }
    assertEquals(
        new Result(125, "", "nsbox: --tail few: expected a number of lines, or all\n"),
        nsbox.run("logs", "--tail", "few", "x"));
  }

  @Test
  void showWhatWasWrittenInATime() throws Exception {
    wrote("x", "echo one; sleep 1.2; echo two");
    String[] times = nsbox.run("logs", "-t", "x").expect(0).out().split("[ \n]");
    Instant two = Instant.parse(times[2]);
    assertEquals("two\n", nsbox.run("logs", "--since", two.toString(), "x").expect(0).out());
    assertEquals("one\n", nsbox.run("logs", "--until", two.toString(), "x").expect(0).out());
    assertEquals("one\ntwo\n", nsbox.run("logs", "--since", "1h", "x").expect(0).out());
    assertEquals("", nsbox.run("logs", "--until", "1h", "x").expect(0).out());
    assertEquals(125, nsbox.run("logs", "--since", "soon", "x").code());
  }

  @Test
  void followUntilTheEnd() throws Exception {
    running(
        "x",
        "sh",
        "-c",
        "echo one; while [ ! -e /go ]; do sleep 0.1; done; echo two >&2; echo three");
    Running logs = nsbox.start("logs", "-f", "x");
    logs.awaitOut("one\n");
    assertTrue(logs.process().isAlive());
    nsbox.run("exec", "x", "touch", "/go").expect(0);
    assertEquals(new Result(0, "one\nthree\n", "two\n"), logs.finish(LIMIT));
  }

  @Test
  void followThroughRestarts() throws Exception {
    nsbox
        .run(
            "run",
            "-d",
            "--restart=on-failure:2",
            "--name",
            "x",
            ALPINE,
            "sh",
            "-c",
            "echo up; exit 1")
        .expect(0);
    assertEquals(new Result(0, "up\nup\nup\n", ""), nsbox.start("logs", "-f", "x").finish(LIMIT));
  }

  /* Its files are begun anew every few milliseconds. */
  @Test
  void followMissesNothingWhereFilesAreBegunAnew() throws Exception {
    nsbox
        .run(
            "run",
            "-d",
            "--log-opt",
            "max-size=100k",
            "--log-opt",
            "max-file=200",
            "--name",
            "x",
            ALPINE,
            "seq",
            "1",
            "100000")
        .expect(0);
    Running logs = nsbox.start("logs", "-f", "x");
    assertEquals(nsbox.sh("seq 1 100000").out(), logs.finish(LIMIT).expect(0).out());
  }

  @Test
  void followACertainTime() throws Exception {
    running("x", "sh", "-c", "echo up; exec sleep 300");
    String until = Instant.now().plusSeconds(2).toString();
    assertEquals(
        new Result(0, "up\n", ""), nsbox.start("logs", "-f", "--until", until, "x").finish(LIMIT));
    assertTrue(status("x").contains("Up "), status("x"));
  }

  @Test
  void followWhatIsRemoved() throws Exception {
    running("x", "sh", "-c", "echo up; exec sleep 300");
    Running logs = nsbox.start("logs", "-f", "x");
    logs.awaitOut("up\n");
    nsbox.run("rm", "-f", "-t0", "x").expect(0);
    assertEquals(new Result(0, "up\n", ""), logs.finish(LIMIT));
  }

  @Test
  void ofSeveralContainersSayWhose() throws Exception {
    wrote("x", "echo one; printf two");
    wrote("y", "echo three >&2");
    String x = nsbox.run("inspect", "-f", "{{.Id}}", "x").out().substring(0, 12);
    String y = nsbox.run("inspect", "-f", "{{.Id}}", "y").out().substring(0, 12);
    assertEquals(
        new Result(0, x + " one\n" + x + " two", y + " three\n"), nsbox.run("logs", "x", "y"));
    assertEquals(
        new Result(0, "x one\nx two", "y three\n"), nsbox.run("logs", "--names", "x", "y"));
    assertEquals("", nsbox.run("logs", "--latest").expect(0).out());
    assertEquals("three\n", nsbox.run("logs", "--latest").err());
    assertEquals(
        "\u001b[31mx\u001b[0m one\n\u001b[31mx\u001b[0m two",
        nsbox.run("logs", "--color", "--names", "x", "y").expect(0).out());
  }

  @Test
  void needALogAndAContainer() throws Exception {
    nsbox.run("run", "--log-driver=none", "--name", "quiet", ALPINE, "echo", "hi").expect(0);
    assertEquals(
        new Result(
            125, "", "nsbox: quiet: its log driver is none, so there is no log to be read\n"),
        nsbox.run("logs", "quiet"));
    assertEquals(
        new Result(125, "", "nsbox: requires at least 1 arg(s): no container is named\n"),
        nsbox.run("logs"));
    assertEquals(1, nsbox.run("logs", "quiet", "nobody").code());
  }
}

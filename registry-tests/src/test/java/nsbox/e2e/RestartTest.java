package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Containers that are started again after their end, and those that may not run for ever.
final class RestartTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private void start(String policy, String script) throws Exception {
    nsbox
        .run("run", "-d", "--name", "x", "--restart", policy, ALPINE, "sh", "-c", script)
        .expect(0);
  }

  private long runs() throws Exception {
    return nsbox.run("logs", "x").expect(0).out().lines().count();
  }

  private String status() throws Exception {
    return nsbox.run("ps", "-a").expect(0).out().lines().toList().get(1).split("   +")[4];
  }

  private Path lasting(String file) throws Exception {
    return nsbox.root.resolve("containers").resolve(nsbox.containers().getFirst()).resolve(file);
  }

  @Test
  void startsAContainerThatFailsAsOftenAsItMay() throws Exception {
    start("on-failure:3", "echo x; exit 4");
    Nsbox.await("the last end", () -> Nsbox.entries(nsbox.runRoot).isEmpty());
    assertEquals(4, runs());
    assertEquals("3\n", Files.readString(lasting("restarts")));
    String format =
        "{{.RestartCount}} {{.HostConfig.RestartPolicy.Name}}"
            + " {{.HostConfig.RestartPolicy.MaximumRetryCount}} {{.HostConfig.LogConfig.Type}}";
    assertEquals("3 on-failure 3 json-file\n", nsbox.run("inspect", "-f", format, "x").out());
    assertTrue(status().startsWith("Exited (4)"), status());
  }

  @Test
  void leavesASuccessAlone() throws Exception {
    start("on-failure", "echo x");
    Nsbox.await("the end", () -> Nsbox.entries(nsbox.runRoot).isEmpty());
    assertEquals(1, runs());
    assertTrue(status().startsWith("Exited (0)"), status());
  }

  /* 100 ms, 200, 400, 800, 1600: in three seconds no more than six runs. */
  @Test
  void waitsLongerEachTime() throws Exception {
    start("always", "echo x");
    Nsbox.await("the fourth run", () -> runs() >= 4);
    Thread.sleep(1000);
    assertTrue(runs() <= 6, runs() + " runs");
    assertTrue(status().startsWith("Restarting (0)"), status());
    assertEquals(
        new Result(
            2,
            "",
            "nsbox: cannot remove container x as it is running - running or paused containers cannot be"
                + " removed without force: container state improper\n"
                + "  Stop it first, or use: nsbox rm -f x\n"),
        nsbox.run("rm", "x"));
    nsbox.run("rm", "-f", "x").expect(0);
  }

  @Test
  void stopsWhatRunsForGood() throws Exception {
    for (String policy : List.of("always", "unless-stopped", "on-failure")) {
      start(policy, "echo x; sleep 60");
      Nsbox.await("a run", () -> runs() == 1);
      assertEquals(new Result(0, "x\n", ""), nsbox.run("stop", "-t", "0", "x"));
      assertEquals(List.of(), Nsbox.entries(nsbox.runRoot), policy);
      assertEquals(1, runs());
      assertTrue(status().startsWith("Exited (137)"), status());
      nsbox.run("rm", "x").expect(0);
    }
  }

  @Test
  void stopsWhatWaitsForItsNextStart() throws Exception {
    start("always", "echo x; exit 3");
    Nsbox.await("the fourth run", () -> runs() >= 4);
    assertEquals(new Result(0, "x\n", ""), nsbox.run("stop", "x"));
    assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
    long runs = runs();
    Thread.sleep(1000);
    assertEquals(runs, runs());
    assertTrue(status().startsWith("Exited (3)"), status());
    nsbox.run("start", "x").expect(0);
    Nsbox.await("two more runs", () -> runs() >= runs + 2);
  }

  @Test
  void endsAClientWithTheRunThatItSees() throws Exception {
    assertEquals(
        new Result(5, "out\n", "err\n"),
        nsbox.run(
            "run",
            "--name",
            "x",
            "--restart",
            "always",
            ALPINE,
            "sh",
            "-c",
            "echo out; echo err >&2; exit 5"));
    Nsbox.await("another run", () -> runs() >= 2);
  }

  @Test
  void killsWhatRunsTooLong() throws Exception {
    long start = System.nanoTime();
    assertEquals(
        new Result(255, "", ""), nsbox.run("run", "--rm", "--timeout", "1", ALPINE, "sleep", "60"));
    long seconds = (System.nanoTime() - start) / 1_000_000_000;
    assertTrue(seconds >= 1 && seconds < 15, "took " + seconds + " s");
  }

  @Test
  void refusesPoliciesThatAreNone() throws Exception {
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: --restart fakepolicy: fakepolicy invalid restart policy; use one of no, on-failure,"
                + " always or unless-stopped\n"),
        nsbox.run("run", "--restart", "fakepolicy", ALPINE, "true"));
    assertEquals(
        new Result(
            125, "", "nsbox: --restart always:3: a maximum can only be used with on-failure\n"),
        nsbox.run("run", "--restart", "always:3", ALPINE, "true"));
    assertEquals(
        new Result(
            125, "", "nsbox: --restart always and --rm: a container that goes cannot come back\n"),
        nsbox.run("run", "--rm", "--restart", "always", ALPINE, "true"));
  }
}

package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// Detached containers whose monitor was killed: the next command has another monitor go on.
final class LostMonitorTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private String start(String script, String... flags) throws Exception {
    List<String> command = new ArrayList<>(List.of("run", "-d", "--name", "x"));
    command.addAll(List.of(flags));
    command.addAll(List.of(ALPINE, "sh", "-c", script));
    return nsbox.run(command.toArray(new String[0])).expect(0).out().strip();
  }

  private long monitorOf(String id) throws Exception {
    return Long.parseLong(
        Files.readString(nsbox.runRoot.resolve(id).resolve("monitor")).split(" ")[0]);
  }

  private void killMonitorOf(String id) throws Exception {
    Path monitor = Path.of("/proc/" + monitorOf(id));
    Nsbox.kill("KILL", monitorOf(id));
    Nsbox.await(
        "end of the monitor",
        () -> !Files.exists(monitor) || Files.readString(monitor.resolve("stat")).contains(") Z "));
  }

  private String status() throws Exception {
    return nsbox.run("ps", "-a").expect(0).out().lines().toList().get(1).split("   +")[4];
  }

  @Test
  void losesNoOutputAndLearnsTheExitCode() throws Exception {
    String id = start("i=0; while [ $i -lt 60 ]; do echo $i; i=$((i+1)); sleep 0.05; done; exit 7");
    long first = monitorOf(id);
    long init = nsbox.initOf(id);
    killMonitorOf(id);
    Thread.sleep(500);
    assertTrue(status().startsWith("Up"), status());
    assertEquals(init, nsbox.initOf(id));
    assertTrue(monitorOf(id) != first);
    Nsbox.await("the end", () -> status().startsWith("Exited (7)"));
    assertEquals(nsbox.sh("seq 0 59").out(), nsbox.run("logs", "x").out());
    Nsbox.await("the clean-up", () -> Nsbox.entries(nsbox.runRoot).isEmpty());
  }

  /* Wherever it is hit: what it had read is logged once, neither lost nor repeated. */
  @Test
  void losesNothingOfWhatIsWrittenAtFullSpeed() throws Exception {
    String id = start("seq 1 1500000", "--log-driver", "k8s-file");
    for (int i = 0; i < 5 && status().startsWith("Up"); i++) {
      killMonitorOf(id);
    }
    Nsbox.await("the end", () -> status().startsWith("Exited (0)"));
    assertEquals(
        nsbox.sh("seq 1 1500000 | cksum").out(),
        nsbox
            .sh(
                "awk '{printf \"%s%s\", $4, $3 == \"F\" ? \"\\n\" : \"\"}' root/containers/*/log"
                    + " | cksum")
            .out());
  }

  @Test
  void isTakenOverAgainAndAgain() throws Exception {
    String id = start("i=0; while [ $i -lt 100 ]; do echo $i; i=$((i+1)); sleep 0.03; done");
    for (int i = 0; i < 3; i++) {
      killMonitorOf(id);
      assertTrue(status().startsWith("Up"), status());
    }
    Nsbox.await("the end", () -> status().startsWith("Exited (0)"));
    assertEquals(nsbox.sh("seq 0 99").out(), nsbox.run("logs", "x").out());
  }

  @Test
  void isTakenOverOnceByManyCommandsAtOnce() throws Exception {
    String id = start("sleep 60");
    killMonitorOf(id);
    Result result = nsbox.sh("for i in 1 2 3 4 5 6; do nsbox ps -q & done; wait");
    assertEquals(new Result(0, (id.substring(0, 12) + "\n").repeat(6), ""), result);
    Nsbox.await("one monitor", () -> Host.startedWith(nsbox.folder).size() == 1);
    String left = Host.startedWith(nsbox.folder).getFirst();
    assertTrue(left.startsWith(monitorOf(id) + " "), left);
  }

  @Test
  void servesClientsAfterwards() throws Exception {
    String id = start("while :; do echo .; sleep 0.05; done", "-i");
    killMonitorOf(id);
    Running client = nsbox.start("attach", "--no-stdin", "x");
    client.awaitOut(".\n");
    assertEquals(new Result(0, "x\n", ""), nsbox.run("stop", "-t", "0", "x"));
    assertEquals(137, client.finish().code());
  }

  @Test
  void isStoppedAndRemovedLikeAnyOther() throws Exception {
    String id = start("sleep 60");
    killMonitorOf(id);
    assertEquals(new Result(0, "x\n", ""), nsbox.run("stop", "-t", "0", "x"));
    assertTrue(status().startsWith("Exited (137)"), status());
    assertEquals(List.of(), Nsbox.entries(nsbox.runRoot), id);
  }

  @Test
  void goesWithItsProcessWhereItWasToGo() throws Exception {
    String id = start("sleep 1", "--rm");
    killMonitorOf(id);
    nsbox.run("ps").expect(0);
    Nsbox.await("removal", () -> nsbox.containers().isEmpty());
    Nsbox.await("the clean-up", () -> Nsbox.entries(nsbox.runRoot).isEmpty());
  }

  @Test
  void isStartedAgainByWhoTookItOver() throws Exception {
    String id = start("echo x; sleep 1; exit 1", "--restart", "on-failure:2");
    killMonitorOf(id);
    nsbox.run("ps").expect(0);
    Nsbox.await("the last end", () -> Nsbox.entries(nsbox.runRoot).isEmpty());
    assertEquals("x\nx\nx\n", nsbox.run("logs", "x").out());
  }

  private long runs() throws Exception {
    return nsbox.run("logs", "x").expect(0).out().lines().count();
  }

  @Test
  void waitsAgainWhereItWasToBeStartedAgain() throws Exception {
    String id = start("echo x; exit 3", "--restart", "always");
    Nsbox.await("a longer wait", () -> runs() >= 4 && status().startsWith("Restarting (3)"));
    killMonitorOf(id);
    long runs = runs();
    assertTrue(status().startsWith("Restarting (3)"), status());
    Nsbox.await("two more runs", () -> runs() >= runs + 2);
    String restarts = nsbox.run("inspect", "-f", "{{.RestartCount}}", "x").out().strip();
    assertTrue(Long.parseLong(restarts) >= runs + 1, restarts + " after " + runs);
    assertEquals(new Result(0, "x\n", ""), nsbox.run("stop", "x"));
    assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
    assertTrue(status().startsWith("Exited (3)"), status());
  }

  @Test
  void waitsAgainOnceForManyCommandsAtOnce() throws Exception {
    String id = start("echo x; exit 3", "--restart", "always");
    Nsbox.await("a longer wait", () -> runs() >= 4 && status().startsWith("Restarting (3)"));
    killMonitorOf(id);
    nsbox.sh("for i in 1 2 3 4 5 6; do nsbox ps -q & done; wait").expect(0);
    Nsbox.await("one monitor", () -> Host.startedWith(nsbox.folder).size() == 1);
    nsbox.run("rm", "-f", "x").expect(0);
  }

  @Test
  void isStartedNoMoreOftenThanItMay() throws Exception {
    String id = start("echo x; exit 3", "--restart", "on-failure:4");
    Nsbox.await("a longer wait", () -> runs() == 4 && status().startsWith("Restarting (3)"));
    killMonitorOf(id);
    nsbox.run("ps").expect(0);
    Nsbox.await("the last end", () -> Nsbox.entries(nsbox.runRoot).isEmpty());
    assertEquals(5, runs());
    assertTrue(status().startsWith("Exited (3)"), status());
  }

  @Test
  void staysStoppedWhereItWasToBeStartedAgain() throws Exception {
    String id = start("echo x; exit 3", "--restart", "always");
    Nsbox.await("a longer wait", () -> runs() >= 4 && status().startsWith("Restarting (3)"));
    killMonitorOf(id);
    assertEquals(new Result(0, "x\n", ""), nsbox.run("stop", "x"));
    assertTrue(status().startsWith("Exited (3)"), status());
    assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
    Files.delete(nsbox.root.resolve("containers").resolve(id).resolve("stopped"));
    nsbox.run("ps").expect(0);
    assertTrue(status().startsWith("Exited (3)"), status());
  }

  @Test
  void endsBeforeAnybodyTookItOver() throws Exception {
    String id = start("sleep 1; exit 3");
    long init = nsbox.initOf(id);
    killMonitorOf(id);
    Nsbox.await(
        "the end",
        () ->
            ProcessHandle.of(init).isEmpty()
                || Files.readString(Path.of("/proc/" + init + "/stat")).contains(") Z "));
    assertTrue(status().startsWith("Exited"), status());
    Nsbox.await("the clean-up", () -> Nsbox.entries(nsbox.runRoot).isEmpty());
  }
}

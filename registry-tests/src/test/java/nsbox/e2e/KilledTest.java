package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// `kill -9` at any moment: after the next command nothing is left.
///
/// What must be gone on the host is checked after every test by [EndToEnd].
final class KilledTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  /// The next command works, and it has put the run root and the names in order.
  private void nextCommandCleansUp() throws Exception {
    Host.awaitEndOfProcesses(nsbox.folder, 15);
    Result listed = nsbox.run("ps", "-q").expect(0);
    assertEquals(new Result(0, "", ""), listed);
    assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
    assertEquals(
        nsbox.containers().size(), Nsbox.entries(nsbox.root.resolve("names")).size(), "names");
  }

  @Test
  void cleansUpAfterACallerKilledWhilePlanning() throws Exception {
    for (int delay = 0; delay <= 150; delay += 10) {
      Running run = nsbox.start("run", "--rm", ALPINE, "sleep", "60");
      Thread.sleep(delay);
      run.signal("KILL");
      assertEquals(new Result(137, "", ""), run.finish());
      if (delay % 50 == 0) {
        nextCommandCleansUp();
        assertEquals(List.of(), nsbox.containers());
      }
    }
    nextCommandCleansUp();
    assertEquals(List.of(), nsbox.containers());
  }

  /* Held between the fork and what ties it to its monitor, which is hit once in thousands of runs. */
  @Test
  void endsAContainerThatWasNotYetTiedToItsMonitor() throws Exception {
    Running run =
        nsbox.start(
            Map.of(),
            List.of(
                "strace",
                "-D",
                "-f",
                "-o",
                nsbox.folder.resolve("trace").toString(),
                "-e",
                "trace=setsid",
                "-e",
                "inject=setsid:delay_enter=1000000",
                Nsbox.HOME.resolve("bin/nsbox").toString(),
                "run",
                "--rm",
                ALPINE,
                "sleep",
                "60"));
    Nsbox.await("container's process", () -> Host.childrenOf(run.process().pid()).size() > 1);
    run.signal("KILL");
    assertEquals(new Result(137, "", ""), run.finish());
    nextCommandCleansUp();
    assertEquals(List.of(), nsbox.containers());
    String trace = Files.readString(nsbox.folder.resolve("trace"));
    assertTrue(trace.contains("(DELAYED)"), trace);
  }

  @Test
  void showsAContainerWhoseMonitorWasKilledAsExited() throws Exception {
    Running run = nsbox.start("run", "--name", "x", ALPINE, "sh", "-c", "echo up; sleep 60");
    run.awaitOut("up");
    run.signal("KILL");
    assertEquals(new Result(137, "up\n", ""), run.finish());
    nextCommandCleansUp();
    String all = nsbox.run("ps", "-a").expect(0).out();
    assertTrue(all.contains("Exited (137) "), all);
    assertEquals(new Result(0, "up\n", ""), nsbox.run("logs", "x"));
    assertEquals(new Result(0, "x\n", ""), nsbox.run("rm", "x"));
  }

  @Test
  void removesARmContainerWhoseMonitorWasKilled() throws Exception {
    Running run = nsbox.start("run", "--rm", ALPINE, "sh", "-c", "echo up; sleep 60 & sleep 60");
    run.awaitOut("up");
    run.signal("KILL");
    run.finish();
    nextCommandCleansUp();
    assertEquals(List.of(), nsbox.containers());
  }

  @Test
  void saysThatADetachedMonitorWasKilledAtItsStart() throws Exception {
    int seen = 0;
    for (int tries = 0; tries < 5; tries++) {
      Running run = nsbox.start("run", "-d", "--name", "x", ALPINE, "sleep", "60");
      killMonitorOf(run.process());
      Result result = run.finish();
      if (result.code() != 0) {
        seen++;
        assertEquals(
            new Result(
                125,
                "",
                "nsbox: cannot start container x\n"
                    + "  Its monitor was killed before the program had started.\n"),
            result);
        assertTrue(nsbox.run("ps", "-a").out().contains("Created"), "it was never started");
      }
      nsbox.removeContainers();
      nextCommandCleansUp();
    }
    assertTrue(seen > 0, "no monitor was hit in time");
  }

  /* The monitor is the second child, after the planner. */
  private static void killMonitorOf(Process front) throws Exception {
    Path children = Path.of("/proc/%1$d/task/%1$d/children".formatted(front.pid()));
    while (front.isAlive()) {
      String[] pids = Files.readString(children).split(" ");
      if (pids.length > 1) {
        Nsbox.sendKill(Long.parseLong(pids[1]));
        return;
      }
    }
  }

  @Test
  void saysThatItsPlannerWasKilled() throws Exception {
    int seen = 0;
    for (int delay = 10; delay <= 60; delay += 10) {
      Running run = nsbox.start("run", "--rm", ALPINE, "true");
      Thread.sleep(delay);
      for (long child : Host.childrenOf(run.process().pid())) {
        Nsbox.sendKill(child);
      }
      Result result = run.finish();
      if (result.code() == 125) {
        seen++;
        assertEquals(
            new Result(
                125,
                "",
                "nsbox: the planner was killed by signal 9; what it had begun is put in order by the next"
                    + " command\n"),
            result);
      }
    }
    assertTrue(seen > 0, "no planner was hit");
    nextCommandCleansUp();
  }

  @Test
  void runsTwentyAtOnce() throws Exception {
    Result result =
        nsbox.sh(
            "for i in $(seq 20); do (nsbox run --rm "
                + ALPINE
                + " echo $i || echo failed $i) & done; wait");
    assertEquals(0, result.code());
    assertEquals("", result.err());
    assertEquals(20, result.out().lines().filter(it -> it.matches("\\d+")).distinct().count());
    assertEquals(20, result.out().lines().count(), result.out());
    nextCommandCleansUp();
  }

  @Test
  void givesANameToExactlyOneOfTwoAtOnce() throws Exception {
    for (int i = 0; i < 5; i++) {
      String run = "nsbox run --name same " + ALPINE + " sleep 0.3; echo $?";
      Result result = nsbox.sh("(" + run + ") & (" + run + ") & wait");
      assertEquals(List.of("0", "125"), result.out().lines().sorted().toList());
      assertEquals(1, nsbox.containers().size());
      assertTrue(result.err().startsWith("nsbox: the name same is in use by container "));
      nsbox.run("rm", "same").expect(0);
    }
  }
}

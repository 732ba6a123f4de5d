package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Containers in the background, and the commands that look after them.
final class DetachedTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private String detach(String script) throws Exception {
    Result result = nsbox.run("run", "-d", "--name", "d", ALPINE, "sh", "-c", script).expect(0);
    assertTrue(result.out().matches("[0-9a-f]{64}\n") && result.err().isEmpty(), result.toString());
    return result.out().strip();
  }

  private void awaitLog(String text) throws Exception {
    Nsbox.await("log " + text, () -> nsbox.run("logs", "d").out().contains(text));
  }

  private String status() throws Exception {
    String row = nsbox.run("ps", "-a").expect(0).out().lines().skip(1).findFirst().orElse("");
    return row.isEmpty() ? "" : row.split("   +")[4];
  }

  @Test
  void returnsAtOnceAndHoldsNoPipeOpen() throws Exception {
    long start = System.nanoTime();
    Result result = nsbox.sh("id=$(nsbox run -d " + ALPINE + " sleep 60 2>&1); echo ${#id} | cat");
    assertEquals(new Result(0, "64\n", ""), result);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(Duration.ofSeconds(10)) < 0, "took " + took);
  }

  @Test
  void listsWhatRunsAndWithAllWhatRan() throws Exception {
    String id = detach("sleep 60");
    nsbox.run("run", "--name", "ended", ALPINE, "sh", "-c", "exit 3").expect(3);
    List<String> running = nsbox.run("ps").expect(0).out().lines().toList();
    assertEquals(2, running.size(), running.toString());
    assertEquals(
        List.of("CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"),
        List.of(running.get(0).split("   +")));
    Pattern row =
        Pattern.compile(
            id.substring(0, 12) + " +alpine:3\\.20 +\"sh -c sleep 60\" +.* ago +Up .* +d");
    assertTrue(row.matcher(running.get(1)).matches(), running.get(1));
    List<String> all = nsbox.run("ps", "-a").expect(0).out().lines().toList();
    assertEquals(3, all.size(), all.toString());
    assertTrue(all.toString().contains("Exited (3) "), all.toString());
    assertEquals(new Result(0, id.substring(0, 12) + "\n", ""), nsbox.run("ps", "-q"));
    assertEquals(new Result(0, id + "\n", ""), nsbox.run("ps", "-q", "--no-trunc"));
  }

  @Test
  void showsLogsOfBothStreamsApart() throws Exception {
    detach(
        "echo one; sleep 0.2; echo two >&2; sleep 0.2; printf part; sleep 0.2; echo ial; printf end");
    awaitLog("end");
    assertEquals(new Result(0, "one\npartial\nend", "two\n"), nsbox.run("logs", "d"));
  }

  @Test
  void showsTimesOfLogLines() throws Exception {
    detach("echo one; printf a; sleep 0.2; echo b");
    awaitLog("ab\n");
    String time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z";
    String out = nsbox.run("logs", "-t", "d").expect(0).out();
    assertTrue(out.matches(time + " one\n" + time + " ab\n"), out);
  }

  @Test
  void keepsLogsOfTheForegroundToo() throws Exception {
    nsbox.run("run", "--name", "f", ALPINE, "echo", "hi").expect(0);
    assertEquals(new Result(0, "hi\n", ""), nsbox.run("logs", "f"));
  }

  @Test
  void stopsByTheTrapsOwnExitCode() throws Exception {
    detach("trap 'exit 7' TERM; echo up; while :; do sleep 0.05; done");
    awaitLog("up");
    assertEquals(new Result(0, "d\n", ""), nsbox.run("stop", "d"));
    assertTrue(status().startsWith("Exited (7) "), status());
  }

  @Test
  void killsWhatIgnoresTheSignal() throws Exception {
    detach("echo up; while :; do sleep 0.05; done");
    awaitLog("up");
    assertEquals(
        new Result(
            0,
            "d\n",
            "nsbox: StopSignal SIGTERM failed to stop container d in 1 seconds, resorting to"
                + " SIGKILL\n"),
        nsbox.run("stop", "-t", "1", "d"));
    assertTrue(status().startsWith("Exited (137) "), status());
  }

  @Test
  void stopsAnEndedContainerWithoutEffect() throws Exception {
    nsbox.run("run", "--name", "ended", ALPINE, "sh", "-c", "exit 3").expect(3);
    assertEquals(new Result(0, "ended\n", ""), nsbox.run("stop", "ended"));
    assertTrue(status().startsWith("Exited (3) "), status());
  }

  @Test
  void refusesToRemoveWhatRuns() throws Exception {
    String id = detach("sleep 60");
    assertEquals(
        new Result(
            2,
            "",
            "nsbox: cannot remove container d as it is running - running or paused containers"
                + " cannot be removed without force: container state improper\n"
                + "  Stop it first, or use: nsbox rm -f d\n"),
        nsbox.run("rm", "d"));
    assertEquals(new Result(0, id.substring(0, 12) + "\n", ""), nsbox.run("ps", "-q"));
  }

  @Test
  void removesWhatRunsByForce() throws Exception {
    String id = detach("sleep 60");
    assertEquals(new Result(0, "d\n", ""), nsbox.run("rm", "-f", "d"));
    assertEquals(List.of(), nsbox.containers());
    assertEquals(new Result(0, "", ""), nsbox.run("ps", "-aq"));
    assertEquals(List.of(), Nsbox.entries(nsbox.root.resolve("names")), id);
  }

  @Test
  void removesByTheBeginningOfAnId() throws Exception {
    String id = detach("exit 0");
    String prefix = id.substring(0, 6);
    Nsbox.await("end", () -> status().startsWith("Exited (0)"));
    assertEquals(new Result(0, prefix + "\n", ""), nsbox.run("rm", prefix));
    assertEquals(List.of(), nsbox.containers());
  }

  @Test
  void removesADetachedContainerAtItsEnd() throws Exception {
    nsbox.run("run", "-d", "--rm", ALPINE, "sleep", "0.1").expect(0);
    Nsbox.await("removal", () -> nsbox.containers().isEmpty());
  }

  @Test
  void saysThatThereIsNoSuchContainer() throws Exception {
    Result expected =
        new Result(
            1, "", "nsbox: no container with name or ID \"nope\" found: no such container\n");
    for (String command : new String[] {"logs", "stop", "rm"}) {
      assertEquals(expected, nsbox.run(command, "nope"));
    }
  }

  @Test
  void goesOnAfterAContainerThatIsMissing() throws Exception {
    nsbox.run("run", "--name", "ended", ALPINE, "true").expect(0);
    Result result = nsbox.run("rm", "nope", "ended");
    assertEquals(1, result.code());
    assertEquals("ended\n", result.out());
    assertEquals(List.of(), nsbox.containers());
  }

  @Test
  void reportsAProgramThatIsMissingThoughDetached() throws Exception {
    assertEquals(
        new Result(
            127,
            "",
            "nsbox: cannot start container d\n"
                + "  exec: \"bogus\": executable file not found in $PATH.\n"),
        nsbox.run("run", "-d", "--name", "d", ALPINE, "bogus"));
    assertTrue(nsbox.run("ps", "-a").out().contains("Created"), "it was never started");
    assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
  }

  @Test
  void needsNoJvmWhileAContainerRuns() throws Exception {
    String id = detach("echo up; exec sleep 60");
    awaitLog("up");
    long init = nsbox.initOf(id);
    long monitor = ProcessHandle.of(init).orElseThrow().parent().orElseThrow().pid();
    Nsbox.await("end of the planner", () -> Host.childrenOf(monitor).equals(List.of(init)));
    List<String> left = Host.processes(nsbox.folder);
    assertEquals(2, left.size(), left.toString());
    assertTrue(left.contains(init + " sleep 60"), left.toString());
    assertTrue(
        left.stream().anyMatch(it -> it.startsWith(monitor + " ") && it.contains("nsbox run -d ")),
        left.toString());
  }
}

package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// A further process that needs no planner: by a copy of `nsbox` that has none, and has to say so
/// wherever it wants one.
final class StoredExecTest extends NamedContainers {
  private Path bare;

  @Override
  protected void prepare() throws Exception {
    super.prepare();
    bare = nsbox.folder.resolve("bare/bin/nsbox");
    Files.createDirectories(bare.getParent());
    Files.copy(Nsbox.HOME.resolve("bin/nsbox"), bare);
  }

  private Running startBare(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of(bare.toString()));
    command.addAll(List.of(words));
    return nsbox.start(Map.of(), command);
  }

  private Result bare(String... words) throws Exception {
    return startBare(words).finish();
  }

  private void assertAsksForAPlanner(String... words) throws Exception {
    Result result = bare(words);
    assertEquals(125, result.code(), result.toString());
    assertTrue(result.err().startsWith("nsbox: cannot start the planner "), result.err());
    assertEquals("", result.out());
  }

  @Test
  void theFirstLeavesWhatTheSecondNeeds() throws Exception {
    String id = running("c");
    assertAsksForAPlanner("exec", "c", "true");
    assertEquals(new Result(0, "a\n", ""), nsbox.run("exec", "c", "echo", "a"));
    assertEquals(new Result(0, "b\n", ""), bare("exec", "c", "echo", "b"));
    assertEquals(new Result(0, "c\n", ""), bare("exec", id, "echo", "c"));
    assertEquals(
        new Result(0, "-i exec\n", ""),
        bare(
            "--root=" + nsbox.root,
            "--run-root",
            "" + nsbox.runRoot,
            "exec",
            "c",
            "echo",
            "-i",
            "exec"));
    assertAsksForAPlanner("exec", id.substring(0, 12), "true");
    assertEquals(0, nsbox.run("exec", id.substring(0, 12), "true").code());
  }

  @Test
  void endsAsTheCommandEnds() throws Exception {
    running("c");
    nsbox.run("exec", "c", "true").expect(0);
    String script = "echo out; echo err >&2; exit 7";
    assertEquals(new Result(7, "out\n", "err\n"), bare("exec", "c", "sh", "-c", script));
    assertEquals(new Result(137, "", ""), bare("exec", "c", "sh", "-c", "kill -9 $$"));
    assertEquals(new Result(0, "", ""), bare("exec", "c", "cat"), "without -i there is no input");
    Running exec =
        startBare(
            "exec", "c", "sh", "-c", "trap 'echo got; exit 9' TERM; echo up; sleep 300 & wait");
    exec.awaitOut("up");
    Path program = Files.readSymbolicLink(Path.of("/proc/" + exec.process().pid() + "/exe"));
    assertEquals("/memfd:nsbox (deleted)", program.toString(), "what a container can see of it");
    exec.signal("TERM");
    assertEquals(new Result(9, "up\ngot\n", ""), exec.finish());
    Running lost = startBare("exec", "c", "sh", "-c", "echo up; exec sleep 303");
    lost.awaitOut("up");
    lost.signal("KILL");
    lost.finish();
    Nsbox.await("its end", () -> !bare("exec", "c", "ps").out().contains("sleep 303"));
  }

  @Test
  void isLikeOneThatWasPlanned() throws Exception {
    nsbox
        .run(
            "run",
            "-d",
            "--name",
            "c",
            "-e",
            "A=a b",
            "-w",
            "/tmp",
            "-u",
            "1234:11",
            "--cap-add",
            "NET_ADMIN",
            "--ulimit",
            "nofile=77:99",
            "--hostname",
            "inside",
            ALPINE,
            "sleep",
            "300")
        .expect(0);
    String[] shown = {
      "exec",
      "c",
      "sh",
      "-c",
      "pwd; env | sort; id; hostname; ulimit -n; grep -E '^(Cap|NoNewPrivs|Seccomp:|Groups)' /proc/self/status;"
          + " ls /proc/self/fd; readlink /proc/self/ns/*; cat /proc/self/cgroup /proc/self/oom_score_adj"
    };
    Result planned = nsbox.run(shown).expect(0);
    assertTrue(planned.out().startsWith("/tmp\nA=a b\n"), planned.out());
    assertEquals(planned, bare(shown));
  }

  @Test
  void takesInput() throws Exception {
    running("c");
    nsbox.run("exec", "c", "true").expect(0);
    assertAsksForAPlanner("exec", "-i", "c", "cat");
    assertEquals(new Result(0, "in\n", ""), nsbox.sh("echo in | nsbox exec -i c cat"));
    assertEquals(
        new Result(0, "3145728\n", ""),
        nsbox.sh("head -c 3145728 /dev/zero | " + bare + " exec --interactive c cat | wc -c"));
    assertEquals(
        new Result(0, "none\n", ""),
        nsbox.sh(
            "exec 3</dev/null; " + bare + " exec c sh -c 'test -e /proc/self/fd/3 || echo none'"));
  }

  @Test
  void leavesAllElseToThePlanner() throws Exception {
    running("c");
    nsbox.run("exec", "c", "true").expect(0);
    nsbox.run("exec", "-i", "c", "true").expect(0);
    for (String option :
        List.of("-e=A=1", "-w=/", "-u=0", "-d", "--privileged", "-ii", "-t", "-it", "-l", "--")) {
      assertAsksForAPlanner("exec", option, "c", "true");
    }
    assertAsksForAPlanner("--debug", "exec", "c", "true");
    assertAsksForAPlanner("exec", "c", "nosuch");
    assertAsksForAPlanner("exec", "c");
    assertAsksForAPlanner("exec", "none", "true");
    assertEquals(
        new Result(
            127,
            "",
            "nsbox: cannot exec in container c\n"
                + "  exec: \"nosuch\": executable file not found in $PATH.\n"),
        nsbox.run("exec", "c", "nosuch"));
    assertEquals(126, nsbox.run("exec", "c", "/etc").code());
  }

  @Test
  void knowsWhatBecameOfTheContainer() throws Exception {
    running("c");
    nsbox.run("exec", "c", "true").expect(0);
    nsbox.run("pause", "c").expect(0);
    assertAsksForAPlanner("exec", "c", "true");
    nsbox.run("unpause", "c").expect(0);
    nsbox.run("rename", "c", "d").expect(0);
    assertAsksForAPlanner("exec", "c", "true");
    assertEquals(new Result(0, "", ""), bare("exec", "d", "true"));
    nsbox.run("restart", "-t", "0", "d").expect(0);
    assertAsksForAPlanner("exec", "d", "true");
    assertEquals(new Result(0, "x\n", ""), nsbox.run("exec", "d", "echo", "x"));
    assertEquals(new Result(0, "x\n", ""), bare("exec", "d", "echo", "x"));
    nsbox.run("kill", "d").expect(0);
    Nsbox.await("its end", () -> status("d").contains("Exited"));
    assertAsksForAPlanner("exec", "d", "true");
  }

  @Test
  void isForTheProcessThatItsMonitorStartedLast() throws Exception {
    String id =
        nsbox
            .run("run", "-d", "--name", "c", "--restart", "always", ALPINE, "sleep", "300")
            .expect(0)
            .out()
            .strip();
    nsbox.run("exec", "c", "true").expect(0);
    long first = nsbox.initOf(id);
    Nsbox.kill("KILL", first);
    Nsbox.await("another process", () -> status("c").contains("Up") && nsbox.initOf(id) != first);
    assertAsksForAPlanner("exec", "c", "true");
    nsbox.run("exec", "c", "true").expect(0);
    assertEquals(new Result(0, "x\n", ""), bare("exec", "c", "echo", "x"));
  }

  @Test
  void aLostMonitorIsReplacedFirst() throws Exception {
    String id = running("c");
    nsbox.run("exec", "c", "true").expect(0);
    Path record = nsbox.runRoot.resolve(id).resolve("monitor");
    String monitor = Files.readString(record).split(" ")[0];
    Nsbox.kill("KILL", Long.parseLong(monitor));
    Nsbox.await("its end", () -> !Files.exists(Path.of("/proc/" + monitor)));
    assertAsksForAPlanner("exec", "c", "true");
    nsbox.run("exec", "c", "true").expect(0);
    Nsbox.await("another monitor", () -> !Files.readString(record).startsWith(monitor + " "));
    assertEquals(new Result(0, "x\n", ""), bare("exec", "c", "echo", "x"));
  }
}

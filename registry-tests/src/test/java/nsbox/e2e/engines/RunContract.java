package nsbox.e2e.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Programs in new containers and in running ones: their streams, terminals and exit codes.
interface RunContract extends DockerLike {
  String WAITS = "trap 'exit 0' TERM; echo up; while :; do sleep 0.1; done";

  /// docker says the size only when the container runs already.
  String SIZE_AND_NAME =
      "until [ \"$(stty size 2>&1)\" = '33 101' ]; do sleep 0.05; done; stty size; tty; exit 6";

  @Test
  default void runsInTheForegroundWithStreamsApart() throws Exception {
    assertEquals(
        new Result(3, "out\n", "err\n"), runScript("echo out; echo err >&2; exit 3"), "exit 3");
    assertEquals(new Result(0, "", ""), runScript(":"), "exit 0");
  }

  @Test
  default void passesStandardInputOn() throws Exception {
    assertEquals(
        new Result(0, "a\nb\n", ""),
        callWithInput("a\nb\n", running("--rm", "-i", EngineHost.IMAGE, "cat")));
  }

  @Test
  default void keepsTheLogOfADetachedContainer() throws Exception {
    detach("logged", "echo out; echo err >&2; exit 4");
    assertEquals(new Result(0, "4\n", ""), call("wait", "logged"));
    assertEquals(new Result(0, "out\n", "err\n"), call("logs", "logged"));
    assertEquals("4", inspect("logged", "State.ExitCode"));
  }

  @Test
  default void saysThatAContainerWasKilled() throws Exception {
    Nsbox.Running run = start(running("--name", "killed", EngineHost.IMAGE, "sh", "-c", WAITS));
    run.awaitOut("up");
    call("kill", "killed").expect(0);
    assertEquals(new Result(137, "up\n", ""), run.finish());
    assertEquals("137", inspect("killed", "State.ExitCode"));
  }

  @Test
  default void givesARunATerminalOfTheCallersSize() throws Exception {
    assertEquals(
        new Result(0, "33 101\r\n/dev/pts/0\r\ncode 6\nmodes restored\n", ""),
        onTerminal(
            "wait 33 101", running("--rm", "-it", EngineHost.IMAGE, "sh", "-c", SIZE_AND_NAME)));
  }

  @Test
  default void interruptsByControlC() throws Exception {
    Result result =
        onTerminal(
            "wait up|type \\x03",
            running(
                "--rm",
                "-it",
                EngineHost.IMAGE,
                "sh",
                "-c",
                "trap 'echo interrupted; exit 7' INT; echo up; while :; do sleep 0.05; done"));
    assertEquals(new Result(0, "up\r\n^Cinterrupted\r\ncode 7\nmodes restored\n", ""), result);
  }

  @Test
  default void executesInARunningContainer() throws Exception {
    detach("target", WAITS, "--env", "FROM=run");
    assertEquals(
        new Result(5, "out run\n", "err\n"),
        call("exec", "target", "sh", "-c", "echo out $FROM; echo err >&2; exit 5"));
    assertEquals(
        new Result(0, "1000:1001 1001,1002 /tmp x\n", ""),
        call(
            "exec",
            "-u",
            "ann",
            "-w",
            "/tmp",
            "-e",
            "MORE=x",
            "target",
            "sh",
            "-c",
            "echo $(id -u):$(id -g) $(id -G | tr ' ' ,) $(pwd) $MORE"));
    assertEquals(new Result(0, "in\n", ""), callWithInput("in\n", "exec", "-i", "target", "cat"));
    assertEquals(
        new Result(137, "", ""), call("exec", "target", "sh", "-c", "kill -9 $$"), "killed");
    call("exec", "-d", "target", "sh", "-c", "echo later > /tmp/later").expect(0);
    Nsbox.await(
        "the detached program",
        () -> call("exec", "target", "cat", "/tmp/later").out().equals("later\n"));
    assertEquals("true", inspect("target", "State.Running"));
  }

  @Test
  default void executesOnATerminal() throws Exception {
    detach("target", WAITS);
    assertEquals(
        new Result(0, "33 101\r\n/dev/pts/0\r\ncode 6\nmodes restored\n", ""),
        onTerminal("wait 33 101", "exec", "-it", "target", "sh", "-c", SIZE_AND_NAME));
  }

  @Test
  default void saysWhatCouldNotBeRun() throws Exception {
    assertRefused(127, "/nope", run("--rm", EngineHost.IMAGE, "/nope"));
    assertRefused(127, "nope", run("--rm", EngineHost.IMAGE, "nope"));
    assertRefused(126, "/etc/plain", run("--rm", EngineHost.IMAGE, "/etc/plain"));
  }

  @Test
  default void saysWhatCouldNotBeExecuted() throws Exception {
    detach("target", WAITS);
    awaitLog("target", "up");
    assertRefused(missingInExec(), "/nope", call("exec", "target", "/nope"));
    assertRefused(126, "/etc/plain", call("exec", "target", "/etc/plain"));
    assertEquals("true", inspect("target", "State.Running"));
  }

  /// docker 20.10 tells a missing program from one that cannot be executed in `run` alone.
  int missingInExec();

  private static void assertRefused(int code, String program, Result result) {
    assertEquals(code, result.code(), result.toString());
    assertTrue((result.out() + result.err()).contains(program), result.toString());
  }
}

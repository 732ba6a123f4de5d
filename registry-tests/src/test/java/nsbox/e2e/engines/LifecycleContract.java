package nsbox.e2e.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Containers that run already: stopped, signalled, frozen, changed, looked at, removed.
interface LifecycleContract extends DockerLike {
  @Test
  default void stopsByTheSignalTerm() throws Exception {
    detach("polite", "trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.05; done");
    awaitLog("polite", "up");
    call("stop", "polite").expect(0);
    assertEquals("5", inspect("polite", "State.ExitCode"));
    assertEquals("up\nbye\n", call("logs", "polite").out());
  }

  @Test
  default void killsWhoDoesNotListen() throws Exception {
    detach("deaf", "trap '' TERM; echo up; while :; do sleep 0.05; done");
    awaitLog("deaf", "up");
    call("stop", "-t", "1", "deaf").expect(0);
    assertEquals("137", inspect("deaf", "State.ExitCode"));
  }

  @Test
  default void sendsASignal() throws Exception {
    detach("signalled", "trap 'echo got it' USR1; echo up; while :; do sleep 0.05; done");
    awaitLog("signalled", "up");
    call("kill", "-s", "USR1", "signalled").expect(0);
    awaitLog("signalled", "got it");
    assertEquals("true", inspect("signalled", "State.Running"));
  }

  @Test
  default void pausesAndGoesOn() throws Exception {
    Path shared = Files.createDirectories(host().folder.resolve("pause"));
    Path count = shared.resolve("count");
    detach(
        "counter",
        "i=0; while :; do i=$((i+1)); echo $i > /v/next; mv /v/next /v/count; sleep 0.02; done",
        "-v",
        shared + ":/v");
    Nsbox.await("the first number", () -> Files.exists(count));
    call("pause", "counter").expect(0);
    assertEquals("paused", inspect("counter", "State.Status"));
    String paused = Files.readString(count);
    Thread.sleep(300);
    assertEquals(paused, Files.readString(count), "counts while it is paused");
    call("unpause", "counter").expect(0);
    assertEquals("running", inspect("counter", "State.Status"));
    EngineTests.awaitChange(count, paused);
  }

  @Test
  default void removesAPausedContainer() throws Exception {
    detach("frozen", "sleep 300");
    call("pause", "frozen").expect(0);
    call("rm", "-f", "frozen").expect(0);
    assertNotEquals(0, call("inspect", "frozen").code());
  }

  @Test
  default void changesTheLimitsOfARunningContainer() throws Exception {
    detach("limited", "sleep 300", "--memory", "96m", "--pids-limit", "44");
    assertEquals(
        "100663296", cgroupValue("limited", "memory", "memory.limit_in_bytes", "memory.max"));
    assertEquals("44", cgroupValue("limited", "pids", "pids.max", "pids.max"));
    call("update", "--memory", "64m", "--memory-swap", "128m", "--cpu-shares", "512", "limited")
        .expect(0);
    assertEquals(
        "67108864", cgroupValue("limited", "memory", "memory.limit_in_bytes", "memory.max"));
    assertEquals("512", cgroupValue("limited", "cpu", "cpu.shares", "cpu.weight"));
    assertEquals("44", cgroupValue("limited", "pids", "pids.max", "pids.max"));
  }

  @Test
  default void showsTheProcesses() throws Exception {
    detach("shown", "sleep 301 & exec sleep 302");
    Nsbox.await("both processes", () -> call("top", "shown").out().contains("sleep 301"));
    Result top = call("top", "shown").expect(0);
    assertTrue(top.out().contains("sleep 302"), top.toString());
    assertEquals(3, top.out().lines().count(), top.toString());
  }

  @Test
  default void restarts() throws Exception {
    String id = detach("again", "trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done");
    awaitLog("again", "up");
    long first = pidOf("again");
    call("restart", "again").expect(0);
    awaitLog("again", "up\nup");
    assertNotEquals(first, pidOf("again"));
    assertFalse(ProcessHandle.of(first).isPresent(), "the first process is still there");
    assertEquals(id, inspect("again", "Id"));
  }

  @Test
  default void createsNowAndStartsLater() throws Exception {
    String[] line = running("--name", "later", EngineHost.IMAGE, "echo", "started");
    line[0] = "create";
    call(line).expect(0);
    assertEquals("created", inspect("later", "State.Status"));
    assertEquals(new Result(0, "started\n", ""), call("start", "-a", "later"));
    assertEquals(new Result(0, "started\n", ""), call("start", "-a", "later"), "again");
  }

  @Test
  default void removesARunningContainer() throws Exception {
    detach("removed", "sleep 300 & " + RunContract.WAITS);
    long pid = pidOf("removed");
    assertTrue(ProcessHandle.of(pid).isPresent());
    call("rm", "-f", "removed").expect(0);
    assertFalse(ProcessHandle.of(pid).isPresent(), "its process is still there");
    assertNotEquals(0, call("inspect", "removed").code());
  }
}

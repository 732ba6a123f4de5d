package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// `wait`: how containers end.
final class WaitTest extends NamedContainers {
  @Test
  void printsTheExitCode() throws Exception {
    running("a", "sh", "-c", "sleep 0.5; exit 3");
    assertEquals(new Result(0, "3\n", ""), nsbox.run("wait", "a"));
    assertTrue(status("a").contains("Exited (3)"));
    assertEquals(new Result(0, "3\n", ""), nsbox.run("wait", "a"));
    running("b");
    Running wait = nsbox.start("wait", "b");
    Thread.sleep(300);
    assertTrue(wait.process().isAlive());
    nsbox.run("kill", "b").expect(0);
    assertEquals(new Result(0, "137\n", ""), wait.finish());
  }

  @Test
  void knowsTheCodeOfOneThatLeavesNothing() throws Exception {
    nsbox.run("run", "-d", "--rm", "--name", "a", ALPINE, "sh", "-c", "sleep 2; exit 7").expect(0);
    assertEquals(new Result(0, "7\n", ""), nsbox.run("wait", "a"));
    Nsbox.await("removal", () -> nsbox.containers().isEmpty());
  }

  @Test
  void waitsForSeveral() throws Exception {
    running("a", "sh", "-c", "sleep 2; exit 1");
    nsbox.run("run", "-d", "--rm", "--name", "b", ALPINE, "sh", "-c", "sleep 1; exit 2").expect(0);
    nsbox.run("create", "--name", "c", ALPINE, "true").expect(0);
    assertEquals(
        new Result(
            1,
            "1\n2\n0\n",
            "nsbox: no container with name or ID \"none\" found: no such container\n"),
        nsbox.run("wait", "a", "b", "none", "c"));
    assertEquals(new Result(0, "-1\n", ""), nsbox.run("wait", "--ignore", "none"));
  }

  @Test
  void waitsForOtherStates() throws Exception {
    nsbox.run("create", "--name", "a", ALPINE, "sleep", "300").expect(0);
    Running wait = nsbox.start("wait", "--condition", "running", "-i", "10ms", "a");
    Thread.sleep(500);
    assertTrue(wait.process().isAlive());
    nsbox.run("start", "a").expect(0);
    assertEquals(new Result(0, "-1\n", ""), wait.finish());
    assertEquals(
        new Result(125, "", "nsbox: --condition odd: there is no such state of containers\n"),
        nsbox.run("wait", "--condition", "odd", "a"));
    assertEquals(125, nsbox.run("wait", "-i", "x", "a").code());
  }
}

package nsbox.e2e.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// podman, which has not heard of the runtime: it gives it no log file and reads what it says on
/// its standard error.
final class PodmanPlainLogTest extends PodmanTests {
  @Override
  boolean jsonLog() {
    return false;
  }

  @Test
  void runsAndExecutes() throws Exception {
    detach("plain", RunContract.WAITS);
    assertEquals(new Result(3, "in\n", ""), call("exec", "plain", "sh", "-c", "echo in; exit 3"));
    assertEquals(new Result(4, "", "err\n"), runScript("echo err >&2; exit 4"));
  }

  @Test
  void saysWhatCouldNotBeRun() throws Exception {
    assertRefused(127, "/nope", run("--rm", EngineHost.IMAGE, "/nope"));
    assertRefused(126, "/etc/plain", run("--rm", EngineHost.IMAGE, "/etc/plain"));
  }

  @Test
  void saysWhatCouldNotBeExecuted() throws Exception {
    detach("plain", RunContract.WAITS);
    assertRefused(127, "/nope", call("exec", "plain", "/nope"));
    assertRefused(126, "/etc/plain", call("exec", "plain", "/etc/plain"));
  }

  private static void assertRefused(int code, String program, Result result) {
    assertEquals(code, result.code(), result.toString());
    assertTrue(result.err().contains(program), result.toString());
  }
}

package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// Signals sent to `nsbox run` are meant for the container.
final class SignalsTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  @Test
  void forwardsTerminate() throws Exception {
    isForwarded("TERM");
  }

  @Test
  void forwardsInterrupt() throws Exception {
    isForwarded("INT");
  }

  @Test
  void forwardsUserSignal() throws Exception {
    isForwarded("USR1");
  }

  @Test
  void forwardsHangUp() throws Exception {
    isForwarded("HUP");
  }

  private void isForwarded(String signal) throws Exception {
    Running run =
        nsbox.start(
            "run",
            "--rm",
            ALPINE,
            "sh",
            "-c",
            "trap 'echo got " + signal + "; exit 42' " + signal + "; echo up; sleep 60 & wait");
    run.awaitOut("up\n");
    run.signal(signal);
    assertEquals(new Result(42, "up\ngot " + signal + "\n", ""), run.finish());
  }

  @Test
  void startsTheContainerWithAllSignalsAtTheirDefaults() throws Exception {
    assertEquals(
        new Result(0, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n", ""),
        nsbox.sh(
            "trap '' INT HUP USR1 PIPE; nsbox run --rm "
                + ALPINE
                + " grep -E 'SigBlk|SigIgn' /proc/self/status"));
  }

  @Test
  void endsBeforeTheContainerStartsWhenInterruptedEarly() throws Exception {
    for (int delay = 0; delay <= 60; delay += 20) {
      Running run = nsbox.start("run", "--rm", ALPINE, "sleep", "0.2");
      Thread.sleep(delay);
      run.signal("INT");
      Result result = run.finish();
      assertEquals("", result.out() + result.err());
      /* 130: the planner and its caller were ended; 0: PID 1 had no handler and ran to its end. */
      assertEquals(true, result.code() == 130 || result.code() == 0, "exit code " + result.code());
    }
    nsbox.run("ps").expect(0); // sweeps what the interrupted ones left
  }
}

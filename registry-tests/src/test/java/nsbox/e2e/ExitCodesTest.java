package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// Exit codes as of docker: 125 nsbox itself, 126 not executable, 127 not found, 128 + signal.
final class ExitCodesTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  @Test
  void passesTheContainersOwnCodeOn() throws Exception {
    for (int code : new int[] {0, 1, 42, 125, 126, 127, 255}) {
      Result result = nsbox.run("run", "--rm", ALPINE, "sh", "-c", "exit " + code);
      assertEquals(new Result(code, "", ""), result);
    }
  }

  @Test
  void refusesUnknownImageWith125() throws Exception {
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: no image nothing:1 in the store\n"
                + "  'nsbox images' lists what is there; 'nsbox import DIR' brings an image in.\n"),
        nsbox.run("run", "--pull", "never", "nothing:1"));
  }

  @Test
  void saysWhyAnImageCannotBePulled() throws Exception {
    Result result = nsbox.run("run", "localhost:1/nothing:1");
    assertEquals(125, result.code());
    assertEquals("", result.out());
    assertTrue(result.err().contains("nsbox: cannot pull localhost:1/nothing:1\n  "), result.err());
    assertTrue(result.err().contains("localhost:1"), result.err());
  }

  @Test
  void refusesUnknownFlagWith125() throws Exception {
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: run: Unknown option: '--bogus'\n"
                + "  'nsbox run --help' shows what it takes.\n"),
        nsbox.run("run", "--bogus", ALPINE));
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: network create: Unknown option: '--bogus'\n"
                + "  'nsbox network create --help' shows what it takes.\n"),
        nsbox.run("network", "create", "--bogus", "a=b", "name"));
  }

  @Test
  void refusesUnknownCommandWith125() throws Exception {
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: there is no command bogus\n  'nsbox --help' lists those that there are.\n"),
        nsbox.run("bogus"));
  }

  @Test
  void refusesBadReferenceWith125() throws Exception {
    Result result = nsbox.run("run", "Alpine:3.20").expect(125);
    assertEquals("", result.out());
    assertTrue(result.err().startsWith("nsbox: ") && result.err().contains("Alpine"), result.err());
  }

  @Test
  void givesHelpOnRequestAndItsAbsenceOfCommandAsFailure() throws Exception {
    Result help = nsbox.run("--help").expect(0);
    assertTrue(help.out().startsWith("Usage: nsbox [OPTIONS] COMMAND\n"), help.out());
    assertEquals(new Result(125, help.out(), ""), nsbox.run());
    Result run = nsbox.run("run", "--help").expect(0);
    assertTrue(run.out().startsWith("Usage: nsbox run [OPTIONS] IMAGE [COMMAND] [ARG...]\n"));
  }

  @Test
  void gives126ForAFileThatIsNoProgram() throws Exception {
    notExecutable("/etc/passwd");
  }

  @Test
  void gives126ForAFolder() throws Exception {
    notExecutable("/etc");
  }

  private void notExecutable(String path) throws Exception {
    assertEquals(
        new Result(
            126,
            "",
            "nsbox: cannot start container x\n  exec: \"" + path + "\": permission denied.\n"),
        nsbox.run("run", "--name", "x", ALPINE, path));
    assertTrue(nsbox.run("ps", "-a").out().contains("Created"), "it was never started");
    assertEquals(
        new Result(
            126,
            "",
            "nsbox: cannot start container x\n  exec: \"" + path + "\": permission denied.\n"),
        nsbox.run("start", "x"));
    assertEquals(new Result(0, "x\n", ""), nsbox.run("rm", "x"));
  }

  @Test
  void gives127ForAMissingProgramInThePath() throws Exception {
    assertEquals(
        new Result(
            127,
            "",
            "nsbox: cannot start container x\n"
                + "  exec: \"bogus\": executable file not found in $PATH.\n"),
        nsbox.run("run", "--name", "x", ALPINE, "bogus"));
  }

  @Test
  void gives127ForAMissingPath() throws Exception {
    assertEquals(
        new Result(
            127,
            "",
            "nsbox: cannot start container x\n"
                + "  exec: \"/bin/bogus\": no such file or directory, or its interpreter is"
                + " missing.\n"),
        nsbox.run("run", "--name", "x", ALPINE, "/bin/bogus"));
  }

  @Test
  void gives137ForAKilledContainer() throws Exception {
    /* PID 1 ignores what it sends itself, so the signal comes from the host. */
    Running run = nsbox.start("run", ALPINE, "sh", "-c", "echo up; sleep 60 & wait");
    run.awaitOut("up");
    Nsbox.kill("KILL", nsbox.initOf(nsbox.containers().getFirst()));
    assertEquals(new Result(137, "up\n", ""), run.finish());
    String listed = nsbox.run("ps", "-a").expect(0).out();
    assertTrue(listed.contains("Exited (137) "), listed);
  }
}

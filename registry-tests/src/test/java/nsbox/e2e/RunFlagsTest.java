package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// The options of `run` that shape the process: environment, folder, user, names, entrypoint.
final class RunFlagsTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private Result runRm(String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("run", "--rm"));
    command.addAll(List.of(words));
    return nsbox.run(command.toArray(new String[0]));
  }

  /// Asserts one message, exit code 125, and that no container was made.
  private void isRefused(String message, String... words) throws Exception {
    assertEquals(new Result(125, "", "nsbox: " + message + "\n"), runRm(words));
    assertEquals(List.of(), nsbox.containers());
  }

  @Test
  void setsTheDefaultEnvironmentAndNothingOfTheCallers() throws Exception {
    Result result =
        nsbox
            .start(
                Map.of("SECRET", "x", "HOME", "/caller"),
                List.of("nsbox", "run", "--name", "x", ALPINE, "env"))
            .finish();
    String id = nsbox.containers().getFirst();
    assertEquals(
        new Result(
            0,
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOSTNAME="
                + id.substring(0, 12)
                + "\nHOME=/root\n",
            ""),
        result);
  }

  @Test
  void setsTermOnATerminal() throws Exception {
    assertEquals(new Result(0, "xterm\r\n", ""), runRm("-t", ALPINE, "sh", "-c", "echo $TERM"));
  }

  @Test
  void takesVariablesByValueAndFromTheCaller() throws Exception {
    Result result =
        nsbox
            .start(
                Map.of("MINE", "own value"),
                List.of(
                    "nsbox",
                    "run",
                    "--rm",
                    "-e",
                    "A=1=2",
                    "-e",
                    "MINE",
                    "-e",
                    "NOBODYS",
                    "--env",
                    "EMPTY=",
                    ALPINE,
                    "sh",
                    "-c",
                    "env | sort | grep -E '^(A|MINE|NOBODYS|EMPTY)='"))
            .finish();
    assertEquals(new Result(0, "A=1=2\nEMPTY=\nMINE=own value\n", ""), result);
  }

  @Test
  void refusesVariableWithoutName() throws Exception {
    isRefused("--env =x: no name before the equals sign", "-e", "=x", ALPINE, "true");
  }

  @Test
  void worksInTheFolderThatWorkdirNames() throws Exception {
    assertEquals(new Result(0, "/usr/bin\n", ""), runRm("-w", "/usr/bin", ALPINE, "pwd"));
  }

  @Test
  void makesAMissingWorkdir() throws Exception {
    assertEquals(
        new Result(0, "/made/here\n755 0:0\n", ""),
        runRm("-w", "/made/here", ALPINE, "sh", "-c", "pwd; stat -c '%a %u:%g' ."));
  }

  @Test
  void refusesRelativeWorkdir() throws Exception {
    isRefused("the working directory rel is not an absolute path", "-w", "rel", ALPINE, "pwd");
  }

  @Test
  void refusesAFileAsWorkdir() throws Exception {
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: cannot start container x\n"
                + "  This step failed: make sure there is /etc/passwd: not a directory.\n"),
        runRm("--name", "x", "-w", "/etc/passwd", ALPINE, "pwd"));
  }

  @Test
  void runsAsUserByName() throws Exception {
    isUser("nobody", "uid=65534(nobody) gid=65534(nobody) groups=65534(nobody)");
  }

  @Test
  void runsAsUserWithItsGroups() throws Exception {
    isUser("daemon", "uid=2(daemon) gid=2(daemon) groups=1(bin),2(daemon),4(adm)");
  }

  @Test
  void runsAsUserByNumber() throws Exception {
    isUser("1234", "uid=1234 gid=0(root) groups=0(root)");
  }

  @Test
  void runsAsUserAndGroupByNumber() throws Exception {
    isUser("1234:5678", "uid=1234 gid=5678 groups=5678");
  }

  private void isUser(String user, String expected) throws Exception {
    assertEquals(new Result(0, expected + "\n", ""), runRm("-u", user, ALPINE, "id"));
  }

  @Test
  void givesAnotherUserNoCapabilities() throws Exception {
    assertEquals(
        new Result(0, "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n", ""),
        runRm("-u", "nobody", ALPINE, "grep", "-E", "Cap(Prm|Eff)", "/proc/self/status"));
  }

  @Test
  void letsAnotherUserReopenItsOutput() throws Exception {
    assertEquals(
        new Result(0, "hi\n", ""),
        runRm("-u", "nobody", ALPINE, "sh", "-c", "echo hi > /dev/stdout"));
  }

  @Test
  void refusesUnknownUser() throws Exception {
    isRefused("no user bogus in the image's /etc/passwd", "-u", "bogus", ALPINE, "id");
  }

  @Test
  void refusesUnknownGroup() throws Exception {
    isRefused("no group bogus in the image's /etc/group", "-u", "0:bogus", ALPINE, "id");
  }

  @Test
  void refusesTakenNameAndSaysWhose() throws Exception {
    nsbox.run("run", "--name", "one", ALPINE, "true").expect(0);
    String id = nsbox.containers().getFirst();
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: the name one is in use by container "
                + id
                + "\n  Choose another, or remove that container: nsbox rm -f NAME\n"),
        nsbox.run("run", "--name", "one", ALPINE, "true"));
    assertEquals(List.of(id), nsbox.containers());
  }

  @Test
  void givesANameOnceFreeAgain() throws Exception {
    for (int i = 0; i < 2; i++) {
      assertEquals(new Result(0, "", ""), runRm("--name", "again", ALPINE, "true"));
    }
    assertEquals(List.of(), Nsbox.entries(nsbox.root.resolve("names")));
  }

  @Test
  void refusesNamesThatAreNone() throws Exception {
    for (String name : new String[] {"", "a/b", "..", "-x", "ä", "a b", "x".repeat(129)}) {
      isRefused(
          "--name "
              + name
              + ": a name has 1 to 128 letters, digits, '_', '.' or '-' and begins with a letter or"
              + " digit",
          "--name=" + name,
          ALPINE,
          "true");
    }
  }

  @Test
  void setsTheHostname() throws Exception {
    String before = nsbox.sh("hostname").out();
    assertEquals(
        new Result(0, "box\nbox\nbox\n127.0.0.1\tlocalhost box\n", ""),
        runRm(
            "--hostname",
            "box",
            ALPINE,
            "sh",
            "-c",
            "hostname; cat /etc/hostname; echo $HOSTNAME; grep box /etc/hosts"));
    assertEquals(before, nsbox.sh("hostname").out());
  }

  @Test
  void refusesHostnameThatIsTooLong() throws Exception {
    String name = "x".repeat(65);
    isRefused(
        "--hostname " + name + ": a hostname has 1 to 64 characters, not 65",
        "--hostname",
        name,
        ALPINE,
        "true");
  }

  @Test
  void replacesTheEntrypointAndDropsTheImagesCommand() throws Exception {
    assertEquals(new Result(0, "a b\n", ""), runRm("--entrypoint", "echo", ALPINE, "a", "b"));
    assertEquals(new Result(0, "\n", ""), runRm("--entrypoint", "echo", ALPINE));
  }

  @Test
  void dropsTheEntrypointWhenItIsEmpty() throws Exception {
    assertEquals(new Result(0, "x\n", ""), runRm("--entrypoint", "", ALPINE, "echo", "x"));
    isRefused(
        "neither the image nor the command line names a program to run", "--entrypoint=", ALPINE);
  }

  @Test
  void runsTheImagesOwnCommand() throws Exception {
    assertEquals(
        new Result(0, "from sh\n", ""),
        nsbox.sh("echo 'echo from sh' | nsbox run -i --rm " + ALPINE));
  }
}

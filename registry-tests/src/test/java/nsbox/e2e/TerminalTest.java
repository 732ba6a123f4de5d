package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// `run -it` on a real terminal of 33 rows and 101 columns, played by `terminal.py`.
final class TerminalTest extends EndToEnd {
  private static final String NORMAL_END = "code 0\nmodes restored\n";

  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private Result onTerminal(String steps, String... run) throws Exception {
    return nsbox.start(Map.of(), commandOnTerminal(steps, run)).finish();
  }

  private List<String> commandOnTerminal(String steps, String... run) throws Exception {
    Path script = Path.of(getClass().getResource("terminal.py").toURI());
    List<String> command = new ArrayList<>(List.of(program("python3"), script.toString(), steps));
    command.addAll(List.of("nsbox", "run", "--rm"));
    command.addAll(List.of(run));
    return command;
  }

  @Test
  void givesTheContainerATerminalOfItsOwn() throws Exception {
    assertEquals(
        new Result(0, "/dev/pts/0\r\n" + NORMAL_END, ""),
        onTerminal("wait pts", "-it", ALPINE, "tty"));
  }

  @Test
  void showsTheTerminalAsConsole() throws Exception {
    assertEquals(
        new Result(0, "88:0\r\n" + NORMAL_END, ""),
        onTerminal("wait :0", "-it", ALPINE, "stat", "-c", "%t:%T", "/dev/console"));
  }

  @Test
  void passesTheSizeOn() throws Exception {
    assertEquals(
        new Result(0, "33 101\r\n" + NORMAL_END, ""),
        onTerminal("wait 33 101", "-it", ALPINE, "stty", "size"));
  }

  @Test
  void followsAResize() throws Exception {
    assertEquals(
        new Result(0, "up\r\n40 120\r\n" + NORMAL_END, ""),
        onTerminal(
            "wait up\\r\\n|size 40 120",
            "-it",
            ALPINE,
            "sh",
            "-c",
            "trap 'stty size; exit' WINCH; echo up; while :; do sleep 0.05; done"));
  }

  @Test
  void endsByControlC() throws Exception {
    assertEquals(
        new Result(0, "up\r\nx\r\nx\r\n^Cgot it\r\ncode 7\nmodes restored\n", ""),
        onTerminal(
            "wait up|type x\\n|wait x\\r\\nx|type \\x03",
            "-it",
            ALPINE,
            "sh",
            "-c",
            "trap 'echo got it; exit 7' INT; echo up; cat"));
  }

  @Test
  void endsAReaderByControlD() throws Exception {
    assertEquals(
        new Result(0, "up\r\none\r\none\r\n" + NORMAL_END, ""),
        onTerminal(
            "wait up|type one\\n|wait one\\r\\none|type \\x04",
            "-it",
            ALPINE,
            "sh",
            "-c",
            "echo up; cat"));
  }

  @Test
  void keepsATerminalThatTheContainerHasClosedAndOpensAgain() throws Exception {
    assertEquals(
        new Result(0, "once\r\nagain\r\n" + NORMAL_END, ""),
        onTerminal(
            "wait again",
            "-it",
            ALPINE,
            "sh",
            "-c",
            "echo once; exec 0<&- 1>&- 2>&-; sleep 0.5; echo again >/dev/console"));
  }

  @Test
  void runsAnInteractiveShell() throws Exception {
    Result result =
        onTerminal("wait # |type echo $TERM$((6*7))\\n|wait xterm42|type exit 5\\n", "-it", ALPINE);
    assertEquals("code 5\nmodes restored\n", result.out().substring(result.out().indexOf("code")));
  }

  @Test
  void restoresTheModesWhenTheContainerIsKilled() throws Exception {
    Running run =
        nsbox.start(
            Map.of(), commandOnTerminal("size 33 101", "-it", ALPINE, "sh", "-c", "echo up; cat"));
    Nsbox.await("container", () -> nsbox.runRoot.toFile().list() != null && init() > 0);
    Nsbox.kill("KILL", init());
    Result result = run.finish();
    assertEquals("code 137\nmodes restored\n", result.out().replace("up\r\n", ""), result.err());
  }

  /* 0 while there is none. */
  private long init() throws Exception {
    for (String id : Nsbox.entries(nsbox.runRoot)) {
      Path process = nsbox.runRoot.resolve(id).resolve("process");
      if (Files.exists(process)) {
        return nsbox.initOf(id);
      }
    }
    return 0;
  }

  @Test
  void leavesTheTerminalAloneWithoutInteractive() throws Exception {
    /* Two carriage returns: one of the container's terminal, one of the user's, which is not raw. */
    assertEquals(
        new Result(0, "hi\r\r\n" + NORMAL_END, ""),
        onTerminal("wait hi", "-t", ALPINE, "echo", "hi"));
  }

  @Test
  void hasNoTerminalWithoutTheFlag() throws Exception {
    assertEquals(
        new Result(0, "not a tty\r\ncode 1\nmodes restored\n", ""),
        onTerminal("wait tty", "-i", ALPINE, "tty"));
  }

  @Test
  void warnsWhenInputIsNoTerminal() throws Exception {
    assertEquals(
        new Result(
            0,
            "hi\r\n",
            "nsbox: standard input is not a terminal; -t and -i together may not do what you"
                + " expect\n"),
        nsbox.sh("nsbox run --rm -it " + ALPINE + " echo hi < /dev/null"));
  }
}

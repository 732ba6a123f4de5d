package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Clients of a container that runs: any number, on terminals or not, fast or slow.
final class AttachTest extends EndToEnd {
  private static final String DETACHED = "code 0\nmodes restored\n";

  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  @AfterEach
  void removeSignal() throws Exception {
    Files.deleteIfExists(go());
  }

  private Path go() {
    return nsbox.folder.resolve("go");
  }

  /* Says "." until the file is there, so that a client can be seen to be attached. */
  private void startWaiting(String then, String... flags) throws Exception {
    List<String> command = new ArrayList<>(List.of("run", "-d", "--name", "x"));
    command.addAll(List.of(flags));
    command.addAll(List.of("-v", nsbox.folder + ":/host", ALPINE, "sh", "-c"));
    command.add("while ! [ -e /host/go ]; do echo .; sleep 0.05; done; " + then);
    nsbox.run(command.toArray(new String[0])).expect(0);
  }

  private Running attach(String... flags) throws Exception {
    List<String> command = new ArrayList<>(List.of("attach"));
    command.addAll(List.of(flags));
    command.add("x");
    Running client = nsbox.start(command.toArray(new String[0]));
    client.awaitOut(".\n");
    return client;
  }

  private Result onTerminal(String steps, String... command) throws Exception {
    Path script = Path.of(getClass().getResource("terminal.py").toURI());
    List<String> words = new ArrayList<>(List.of(program("python3"), script.toString(), steps));
    words.add("nsbox");
    words.addAll(List.of(command));
    return nsbox.start(Map.of(), words).finish();
  }

  private static String afterDots(String text) {
    assertTrue(text.startsWith(".\n"), text);
    return text.replaceFirst("(\\.\n)+", "");
  }

  private String status() throws Exception {
    return nsbox.run("ps", "-a").expect(0).out().lines().toList().get(1).split("   +")[4];
  }

  @Test
  void givesAllClientsAllOutputAndTheExitCode() throws Exception {
    startWaiting("echo one; echo two >&2; seq 1 20000; exit 7");
    Running first = attach("--no-stdin");
    Running second = attach();
    Files.createFile(go());
    String numbers = nsbox.sh("seq 1 20000").out();
    for (Running client : List.of(first, second)) {
      Result result = client.finish();
      assertEquals(7, result.code());
      assertEquals("two\n", result.err());
      assertEquals("one\n" + numbers, afterDots(result.out()));
    }
  }

  @Test
  void endsClientsOnlyWhenAllIsCleanedUp() throws Exception {
    startWaiting("exit 0", "--rm");
    Running client = attach();
    Files.createFile(go());
    assertEquals(0, client.finish().code());
    assertEquals(List.of(), nsbox.containers());
    assertEquals(List.of(), Nsbox.entries(nsbox.runRoot));
  }

  @Test
  void passesInputOn() throws Exception {
    startWaiting("head -n 2", "-i");
    Files.createFile(go());
    assertEquals(0, nsbox.sh("{ echo one; echo two; } | nsbox attach x").code());
    assertTrue(nsbox.run("logs", "x").out().endsWith("one\ntwo\n"));
  }

  @Test
  void passesOneMegabyteOfInputOnToWhoReadsItLate() throws Exception {
    startWaiting("sleep 1; cksum", "-i");
    Files.createFile(go());
    Result result =
        nsbox.sh("{ seq 1 150000 | head -c 1000000; sleep 2; } | nsbox attach x & sleep 2.5");
    assertEquals(0, result.code());
    /* The input stays open for the next client; without one, the reader never sees its end. */
    assertTrue(status().startsWith("Up"), status());
  }

  @Test
  void leavesInputAloneWhenAsked() throws Exception {
    startWaiting("read line; echo \"got $line\"", "-i");
    Files.createFile(go());
    Running silent =
        nsbox.start(Map.of(), List.of("/bin/sh", "-c", "echo wrong | nsbox attach --no-stdin x"));
    Thread.sleep(300);
    nsbox.sh("echo right | nsbox attach x");
    assertEquals(0, silent.finish().code());
    assertTrue(nsbox.run("logs", "x").out().endsWith("got right\n"));
  }

  @Test
  void passesSignalsOn() throws Exception {
    startWaiting("exit 1");
    nsbox.run("rm", "-f", "x").expect(0);
    nsbox
        .run(
            "run",
            "-d",
            "--name",
            "x",
            ALPINE,
            "sh",
            "-c",
            "trap 'echo got it; exit 42' TERM; while :; do echo .; sleep 0.05; done")
        .expect(0);
    Running client = attach();
    client.signal("TERM");
    Result result = client.finish();
    assertEquals(42, result.code());
    assertEquals("got it\n", afterDots(result.out()));
  }

  @Test
  void keepsSignalsToItselfWhenAsked() throws Exception {
    startWaiting("exit 3");
    Running client = attach("--sig-proxy=false");
    client.signal("TERM");
    assertEquals(143, client.finish().code());
    assertTrue(status().startsWith("Up"), status());
  }

  /* The reader takes nothing for longer than the container needs. */
  @Test
  void neverWaitsForASlowClient() throws Exception {
    startWaiting("seq 1 1000000; echo end");
    Running slow =
        nsbox.start(
            Map.of(),
            List.of("/bin/sh", "-c", "nsbox attach --no-stdin x | { sleep 6; cat; } > slow"));
    Running quick = attach("--no-stdin");
    Thread.sleep(1000); // of the slow one nothing is to be seen
    long start = System.nanoTime();
    Files.createFile(go());
    String numbers = nsbox.sh("seq 1 1000000").out();
    assertEquals(numbers + "end\n", afterDots(quick.finish().out()));
    long seconds = (System.nanoTime() - start) / 1_000_000_000;
    assertTrue(seconds < 5, "took " + seconds + " s");
    assertEquals(0, slow.finish().code());
    String seen = afterDots(Files.readString(nsbox.folder.resolve("slow")));
    assertTrue(numbers.startsWith(seen.substring(0, seen.lastIndexOf('\n') + 1)), "a gap");
    assertFalse(seen.endsWith("end\n"), "it was not slow");
  }

  @Test
  void leavesARunningContainerByTheDetachKeys() throws Exception {
    Result result = onTerminal("wait # |type \\x10\\x11", "run", "-it", "--name", "x", ALPINE);
    assertTrue(result.out().endsWith(DETACHED), result.out());
    assertTrue(status().startsWith("Up"), status());
    result =
        onTerminal(
            "type echo $((6*7))\\n|wait 42\\r\\n|type \\x01d",
            "attach",
            "--detach-keys",
            "ctrl-a,d",
            "x");
    assertTrue(result.out().endsWith(DETACHED), result.out());
    assertTrue(status().startsWith("Up"), status());
  }

  @Test
  void leavesAFurtherProcessByTheDetachKeys() throws Exception {
    nsbox.run("run", "-d", "--name", "x", ALPINE, "sleep", "300").expect(0);
    String[] words = {"exec", "-it", "--detach-keys", "ctrl-a,d", "x", "sh", "-c"};
    List<String> leaving = new ArrayList<>(List.of(words));
    leaving.add("stty size; echo up; sleep 1; tty >/dev/tty && echo went on >/mark; exit 4");
    Result result = onTerminal("wait 33 101|wait up|type \\x01d", leaving.toArray(new String[0]));
    assertTrue(result.out().endsWith(DETACHED), result.out());
    assertEquals(1, nsbox.run("exec", "x", "test", "-e", "/mark").code());
    Nsbox.await("its work", () -> nsbox.run("exec", "x", "cat", "/mark").out().equals("went on\n"));
    Nsbox.await(
        "its end",
        () ->
            nsbox
                .run(
                    "events",
                    "--stream=false",
                    "-f",
                    "event=exec_die",
                    "--format",
                    "{{.Actor.Attributes.exitCode}}")
                .out()
                .contains("4\n"));
    List<String> staying = new ArrayList<>(List.of(words));
    staying.add("read a; echo \"<$a>\"; exit 7");
    result = onTerminal("type \\x01x\\n|wait >", staying.toArray(new String[0]));
    assertTrue(result.out().endsWith("<\u0001x>\r\ncode 7\nmodes restored\n"), result.out());
    List<String> missing = new ArrayList<>(List.of(words).subList(0, 5));
    missing.add("nothing");
    result = onTerminal("wait nothing", missing.toArray(new String[0]));
    assertTrue(result.out().endsWith("code 127\nmodes restored\n"), result.out());
    /* Without keys, and without a terminal, nothing is left that would hold it. */
    assertEquals(
        new Result(5, "", ""),
        nsbox.run("exec", "--detach-keys", "ctrl-a,d", "x", "sh", "-c", "exit 5"));
    assertEquals(1, Host.startedWith(nsbox.folder).size(), "the container's monitor");
  }

  @Test
  void sendsABeginningOfTheDetachKeysOn() throws Exception {
    String cat = "stty raw -echo; echo up; dd bs=1 count=3 2>/dev/null | od -An -c";
    Result result =
        onTerminal("wait up|type \\x10|type \\x10a", "run", "-it", "--rm", ALPINE, "sh", "-c", cat);
    assertEquals(
        "up\n 020 020   a\ncode 0\nmodes restored\n", result.out().replace("\r", ""), result.err());
  }

  @Test
  void hasNoDetachKeysWhereNoneAreWanted() throws Exception {
    String cat = "stty raw -echo; echo up; dd bs=1 count=2 2>/dev/null | od -An -c";
    Result result =
        onTerminal(
            "wait up|type \\x10\\x11",
            "run",
            "-it",
            "--rm",
            "--detach-keys",
            "",
            ALPINE,
            "sh",
            "-c",
            cat);
    assertEquals(
        "up\n 020 021\ncode 0\nmodes restored\n", result.out().replace("\r", ""), result.err());
  }

  @Test
  void refusesKeysThatAreNone() throws Exception {
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: --detach-keys ctrl-p,up: \"up\" is no key; keys are single characters, ctrl- and one"
                + " of @abcdefghijklmnopqrstuvwxyz[\\]^_, or DEL, with commas between them\n"),
        nsbox.run("run", "--detach-keys", "ctrl-p,up", ALPINE, "true"));
  }

  @Test
  void resizesByWhoeverIsAttached() throws Exception {
    onTerminal("wait # |type \\x10\\x11", "run", "-it", "--name", "x", ALPINE);
    Result result =
        onTerminal(
            "type stty size\\n|wait 33 101|size 40 120|type stty size\\n|wait 40 120|type exit 5\\n",
            "attach",
            "x");
    assertTrue(result.out().endsWith("code 5\nmodes restored\n"), result.out());
    assertTrue(status().startsWith("Exited (5)"), status());
  }

  @Test
  void goesOnWithoutTheTerminalThatItWasStartedAt() throws Exception {
    String pty =
        "import pty,os,sys,time\n"
            + "pid,fd=pty.fork()\n"
            + "if pid==0: os.execvp('nsbox',['nsbox','run','-it','--name','x','"
            + ALPINE
            + "'])\n"
            + "seen=b''\n"
            + "while b'# ' not in seen: seen+=os.read(fd,1000)\n"
            + "os.close(fd)\n"
            + "print(os.waitstatus_to_exitcode(os.waitpid(pid,0)[1]))\n";
    assertEquals(
        "129\n", nsbox.start(Map.of(), List.of(program("python3"), "-c", pty)).finish().out());
    assertTrue(status().startsWith("Up"), status());
  }

  @Test
  void refusesAContainerThatDoesNotRun() throws Exception {
    nsbox.run("run", "--name", "x", ALPINE, "true").expect(0);
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: cannot attach to container x\n"
                + "  It does not run: you can only attach to running containers.\n"),
        nsbox.run("attach", "x"));
  }

  @Test
  void attachesToAContainerInTheForeground() throws Exception {
    Running front =
        nsbox.start(
            "run",
            "--name",
            "x",
            "-v",
            nsbox.folder + ":/host",
            ALPINE,
            "sh",
            "-c",
            "while ! [ -e /host/go ]; do echo .; sleep 0.05; done; echo end");
    front.awaitOut(".\n");
    Running client = attach();
    Files.createFile(go());
    assertEquals("end\n", afterDots(client.finish().out()));
    assertEquals("end\n", afterDots(front.finish().out()));
  }
}

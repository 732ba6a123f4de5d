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

/// A further process in a container that runs.
final class ExecTest extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  private String running(String... options) throws Exception {
    List<String> words = new ArrayList<>(List.of("run", "-d", "--name", "c"));
    words.addAll(List.of(options));
    words.addAll(List.of(ALPINE, "sleep", "300"));
    return nsbox.run(words.toArray(new String[0])).expect(0).out().strip();
  }

  private Result exec(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of("exec"));
    all.addAll(List.of(words));
    return nsbox.run(all.toArray(new String[0]));
  }

  @Test
  void carriesStreamsAndTheExitCode() throws Exception {
    running();
    assertEquals(
        new Result(7, "out\n", "err\n"), exec("c", "sh", "-c", "echo out; echo err >&2; exit 7"));
    assertEquals(new Result(137, "", ""), exec("c", "sh", "-c", "kill -9 $$"));
    assertEquals(new Result(0, "", ""), exec("c", "cat"), "without -i there is no input");
    assertEquals(new Result(0, "in\n", ""), nsbox.sh("echo in | nsbox exec -i c cat"));
    assertEquals(
        new Result(0, "3145728\n", ""),
        nsbox.sh("head -c 3145728 /dev/zero | nsbox exec -i c cat | wc -c"));
  }

  @Test
  void saysWhatCannotBeRun() throws Exception {
    running();
    assertEquals(
        new Result(
            127,
            "",
            "nsbox: cannot exec in container c\n"
                + "  exec: \"nosuch\": executable file not found in $PATH.\n"),
        exec("c", "nosuch"));
    assertEquals(126, exec("c", "/etc").code());
    assertEquals(126, exec("c", "/etc/passwd").code());
    assertEquals(125, exec("-w", "/none", "c", "true").code());
    assertEquals(new Result(125, "", "nsbox: exec: no command to run in container c\n"), exec("c"));
    assertEquals(
        new Result(
            125, "", "nsbox: no container with name or ID \"none\" found: no such container\n"),
        exec("none", "true"));
  }

  @Test
  void needsAContainerThatRuns() throws Exception {
    nsbox.run("create", "--name", "c", ALPINE, "true").expect(0);
    String complaint =
        "nsbox: can only create exec sessions on running containers: container state improper\n";
    assertEquals(new Result(125, "", complaint + "  It is created.\n"), exec("c", "true"));
    nsbox.run("start", "-a", "c").expect(0);
    assertEquals(new Result(125, "", complaint + "  It is exited.\n"), exec("c", "true"));
  }

  @Test
  void isInTheContainer() throws Exception {
    String id = running("--hostname", "inside");
    long init = nsbox.initOf(id);
    assertEquals("inside\n", exec("c", "hostname").out());
    assertEquals("1\n", exec("c", "sh", "-c", "test -e /proc/2 || true; echo 1").out());
    Running exec = nsbox.start("exec", "c", "sh", "-c", "echo up; sleep 300");
    exec.awaitOut("up");
    long pid = child(exec.process().pid());
    for (String namespace : List.of("mnt", "pid", "net", "ipc", "uts", "cgroup")) {
      assertEquals(
          Files.readSymbolicLink(Path.of("/proc/" + init + "/ns/" + namespace)),
          Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + namespace)),
          namespace);
    }
    assertEquals(
        Files.readString(Path.of("/proc/" + init + "/cgroup")),
        Files.readString(Path.of("/proc/" + pid + "/cgroup")));
    nsbox.run("rm", "-f", "c").expect(0);
    assertEquals(137, exec.finish().code());
  }

  private static long child(long parent) throws Exception {
    Path children = Path.of("/proc/" + parent + "/task/" + parent + "/children");
    Nsbox.await("its only child", () -> Files.readString(children).split(" ").length == 1);
    return Long.parseLong(Files.readString(children).strip());
  }

  @Test
  void hasTheContainersRightsAndFilter() throws Exception {
    running();
    String rights = "grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status";
    String first = nsbox.run("run", "--rm", ALPINE, "sh", "-c", rights).expect(0).out();
    assertEquals(new Result(0, first, ""), exec("c", "sh", "-c", rights));
    assertTrue(first.contains("Seccomp:\t2"), first);
    String privileged = exec("--privileged", "c", "sh", "-c", rights).expect(0).out();
    String own = Files.readString(Path.of("/proc/self/status")).replaceAll("(?s).*CapBnd:\t", "");
    assertTrue(privileged.contains("CapEff:\t" + own.substring(0, 16)), privileged);
    assertTrue(privileged.contains("Seccomp:\t2"), privileged);
  }

  @Test
  void takesTheContainersEnvironmentAndMore() throws Exception {
    running("-e", "A=container", "-e", "B=container", "-w", "/tmp");
    Files.writeString(nsbox.folder.resolve("env"), "# comment\n\n  B=file\nC=file\nPATH\nNONE\n");
    String shown = "echo $A $B $C $D ${E-unset} $HOME; pwd";
    assertEquals(
        new Result(0, "container file option own unset /root\n/tmp\n", ""),
        nsbox
            .start(
                Map.of("D", "own"),
                List.of(
                    "nsbox",
                    "exec",
                    "--env-file",
                    "env",
                    "-e",
                    "C=option",
                    "-e",
                    "D",
                    "-e",
                    "E",
                    "c",
                    "/bin/sh",
                    "-c",
                    shown))
            .finish());
    assertEquals("/\n", exec("-w", "/", "c", "pwd").out());
    assertEquals(
        new Result(125, "", "nsbox: --workdir x: the working directory is not an absolute path\n"),
        exec("-w", "x", "c", "pwd"));
  }

  @Test
  void runsAsAUserOfTheContainer() throws Exception {
    running();
    exec("c", "sh", "-c", "adduser -D -h /home/me -u 1234 me; addgroup me floppy").expect(0);
    String who = "echo $(id -u):$(id -g) $(id -G) $HOME";
    assertEquals("1234:1234 1234 11 /home/me\n", exec("-u", "me", "c", "sh", "-c", who).out());
    assertEquals("1234:1234 1234 11 /home/me\n", exec("-u", "1234", "c", "sh", "-c", who).out());
    assertEquals("1234:11 11 /home/me\n", exec("-u", "me:floppy", "c", "sh", "-c", who).out());
    assertEquals("77:0 0 /\n", exec("-u", "77", "c", "sh", "-c", who).out());
    assertEquals("0:0", exec("-u", "", "c", "sh", "-c", who).out().split(" ")[0]);
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: unable to find user nosuch: no matching entries in the container's /etc/passwd"
                + " or /etc/group\n"),
        exec("-u", "nosuch", "c", "true"));
  }

  @Test
  void looksUsersUpInTheContainerWhateverItMakesOfTheFile() throws Exception {
    running();
    exec("c", "sh", "-c", "rm /etc/passwd; ln -s /proc/1/root/etc/shadow /etc/passwd").expect(0);
    assertEquals("5:0\n", exec("-u", "5", "c", "sh", "-c", "echo $(id -u):$(id -g)").out());
    exec("c", "sh", "-c", "rm /etc/passwd; mkfifo /etc/passwd").expect(0);
    assertEquals(125, exec("-u", "root", "c", "true").code());
    exec("c", "sh", "-c", "rm /etc/passwd; ln -s ../../../../../../etc/group /etc/passwd")
        .expect(0);
    assertEquals(125, exec("-u", "nobody", "c", "true").code());
  }

  @Test
  void aDetachedOneIsLeftToItself() throws Exception {
    running();
    assertEquals(
        new Result(0, "", ""),
        exec("-d", "c", "sh", "-c", "echo lost; ls -l /proc/self/fd >/fds; exec sleep 301"));
    Nsbox.await("its file", () -> exec("c", "cat", "/fds").out().contains("/dev/null"));
    String descriptors = exec("c", "cat", "/fds").out();
    assertTrue(descriptors.contains("0 -> /dev/null"), descriptors);
    assertTrue(descriptors.contains("2 -> /dev/null"), descriptors);
    assertEquals("", nsbox.sh("pgrep -f '[n]sbox exec -d c' || true").out(), "a process of ours");
    assertTrue(exec("c", "ps").out().contains("sleep 301"));
    assertEquals(127, exec("-d", "c", "nosuch").code());
    nsbox.run("stop", "-t", "0", "c").expect(0);
    assertEquals("", nsbox.sh("pgrep -f '[s]leep 301' || true").out());
  }

  @Test
  void passesDescriptorsOn() throws Exception {
    running();
    assertEquals(
        new Result(0, "kept\n", ""),
        nsbox.sh("echo kept >f; exec 3<f; nsbox exec --preserve-fds 1 c sh -c 'cat <&3'"));
    assertEquals(
        new Result(0, "none\n", ""),
        nsbox.sh("exec 3</dev/null; nsbox exec c sh -c 'test -e /proc/self/fd/3 || echo none'"));
    assertEquals(
        new Result(125, "", "nsbox: --preserve-fds 2: descriptor 4 is not open\n"),
        nsbox.sh("exec 3</dev/null; nsbox exec --preserve-fds 2 c true"));
    assertEquals(new Result(0, "--preserve-fds 9\n", ""), exec("c", "echo", "--preserve-fds", "9"));
  }

  @Test
  void findsTheContainerOtherwise() throws Exception {
    String id = running();
    Files.writeString(nsbox.folder.resolve("cid"), id + "\n");
    assertEquals(new Result(0, "x\n", ""), exec("--cidfile", "cid", "echo", "x"));
    assertEquals(new Result(0, "x\n", ""), exec("-l", "echo", "x"));
    assertEquals(new Result(0, "x\n", ""), exec(id.substring(0, 6), "echo", "x"));
  }

  @Test
  void aTerminalOfItsOwn() throws Exception {
    running();
    Path script = Path.of(getClass().getResource("terminal.py").toURI());
    Result result =
        nsbox
            .start(
                Map.of(),
                List.of(
                    program("python3"),
                    script.toString(),
                    "wait # |type stty size; echo $TERM$((6*7))\\n|wait xterm42|type exit 5\\n",
                    "nsbox",
                    "exec",
                    "-it",
                    "c",
                    "sh"))
            .finish();
    assertTrue(result.out().contains("33 101"), result.out());
    assertTrue(result.out().endsWith("code 5\nmodes restored\n"), result.out());
  }

  @Test
  void endsWithItsCallerKilled() throws Exception {
    running();
    Running exec = nsbox.start("exec", "c", "sh", "-c", "echo up; exec sleep 302");
    exec.awaitOut("up");
    exec.signal("KILL");
    exec.finish();
    Nsbox.await("its end", () -> !exec("c", "ps").out().contains("sleep 302"));
  }

  @Test
  void passesSignalsOn() throws Exception {
    running();
    Running exec =
        nsbox.start(
            "exec", "c", "sh", "-c", "trap 'echo got; exit 9' TERM; echo up; sleep 300 & wait");
    exec.awaitOut("up");
    exec.signal("TERM");
    assertEquals(new Result(9, "up\ngot\n", ""), exec.finish());
  }
}

package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;

/// How a container is handed over to who called: as conmon and containerd's shim count on it.
final class HandoverTest extends RuntimeTests {

  private Result caller(String what, String... words) throws Exception {
    List<String> command =
        new java.util.ArrayList<>(
            List.of(program("python3"), script("caller.py").toString(), what));
    command.addAll(List.of(words));
    return nsbox.start(Map.of(), command).finish();
  }

  /* The script is a reaper, as conmon is: it learns of the end, and the code, itself. */
  @Test
  void nobodyStandsBetweenTheCallerAndTheContainer() throws Exception {
    Path bundle = bundle().script("exit 42").write();
    Path pidFile = nsbox.folder.resolve("reaped.pid");
    List<String> create =
        command("create", "-b", bundle.toString(), "--pid-file", pidFile.toString(), id("reaped"));
    List<String> start = command("start", id("reaped"));
    Result result =
        caller("reap", pidFile.toString(), String.join(" ", create), String.join(" ", start));
    assertEquals(new Result(0, "parent: the caller\nexit code 42\n", ""), result);
    assertEquals("stopped", state("reaped").string("status"));
    assertEquals(0, state("reaped").number("pid"));
  }

  @Test
  void thePidFileHoldsThePidAlone() throws Exception {
    Path pidFile = nsbox.folder.resolve("alone.pid");
    Path bundle = bundle().arguments("sleep", "60").write();
    runtime("create", "-b", bundle.toString(), "--pid-file", pidFile.toString(), id("alone"))
        .expect(0);
    assertEquals(Long.toString(state("alone").number("pid")), Files.readString(pidFile));
  }

  @Test
  void theConsoleSocketGetsTheTerminal() throws Exception {
    Bundle bundle =
        bundle()
            .script(
                "tty; test -c /dev/console && echo console; stty size; read line; echo got $line");
    bundle
        .process()
        .put("terminal", true)
        .put("consoleSize", new JsonObject().put("height", 33L).put("width", 77L));
    Path socket = nsbox.folder.resolve("console.sock");
    List<String> create =
        command(
            "create",
            "-b",
            bundle.write().toString(),
            "--console-socket",
            socket.toString(),
            id("console"));
    Result result =
        caller(
            "console",
            socket.toString(),
            String.join(" ", create),
            String.join(" ", command("start", id("console"))));
    assertEquals(new Result(0, "/dev/pts/0\nconsole\n33 77\nword\ngot word\n", ""), result);
  }

  @Test
  void aTerminalAndASocketBelongTogether() throws Exception {
    Bundle bundle = bundle().arguments("true");
    String folder = bundle.write().toString();
    assertEquals(
        new Result(
            1,
            "",
            "nsbox-runtime: cannot use console socket if runc will not detach or allocate tty\n"),
        runtime("create", "-b", folder, "--console-socket", "/nowhere", id("unfit")));
    bundle.process().put("terminal", true);
    bundle.write();
    assertEquals(
        new Result(
            1,
            "",
            "nsbox-runtime: cannot allocate tty if runc will detach without setting console socket\n"),
        runtime("create", "-b", folder, id("unfit")));
    assertEquals(List.of(), Nsbox.entries(root()));
  }

  @Test
  void thePidfdSocketGetsAPidfd() throws Exception {
    Path socket = nsbox.folder.resolve("pidfd.sock");
    Path bundle = bundle().arguments("sleep", "60").write();
    List<String> create =
        command(
            "create", "-b", bundle.toString(), "--pidfd-socket", socket.toString(), id("pidfd"));
    Result result = caller("pidfd", socket.toString(), String.join(" ", create));
    assertEquals(new Result(0, "pidfd of " + state("pidfd").number("pid") + "\n", ""), result);
  }

  @Test
  void onlyPreservedDescriptorsReachTheContainer() throws Exception {
    Path secret = Files.writeString(nsbox.folder.resolve("three"), "three\n");
    Bundle bundle = bundle().script("cat <&3; ls /proc/self/fd | wc -l");
    String folder = bundle.write().toString();
    /* ls itself has one more open, the directory. */
    Result result =
        nsbox.sh(
            String.join(" ", command("run", "--preserve-fds", "1", "-b", folder, id("kept")))
                + " 3<"
                + secret
                + " 4<"
                + secret);
    assertEquals(new Result(0, "three\n5\n", ""), result);
    bundle.script("ls /proc/self/fd | wc -l").write();
    result =
        nsbox.sh(
            String.join(" ", command("run", "-b", folder, id("none")))
                + " 3<"
                + secret
                + " 4<"
                + secret);
    assertEquals(new Result(0, "4\n", ""), result);
  }

  @Test
  void aDescriptorToPreserveMustBeOpen() throws Exception {
    Path bundle = bundle().arguments("true").write();
    Result result =
        nsbox.sh(
            String.join(
                    " ", command("run", "--preserve-fds=1", "-b", bundle.toString(), id("closed")))
                + " 3<&-");
    assertEquals(
        new Result(1, "", "nsbox-runtime: descriptor 3 is to be preserved, but it is not open\n"),
        result);
  }

  @Test
  void aProgramThatIsNotThereIsAnErrorOfCreate() throws Exception {
    Path bundle = bundle().arguments("nope").write();
    Result result = runtime("create", "-b", bundle.toString(), id("nope")).expect(1);
    assertTrue(
        result.err().contains("exec: \"nope\": executable file not found in $PATH"), result.err());
    assertEquals(List.of(), Nsbox.entries(root()));
  }

  @Test
  void doesWithoutACgroupWhereThatIsAsked() throws Exception {
    Bundle bundle = bundle().arguments("sleep", "60");
    String folder = bundle.write().toString();
    Result limited =
        runtime("--cgroup-manager", "disabled", "create", "-b", folder, id("free")).expect(1);
    assertTrue(limited.err().contains("linux.resources.pids"), limited.err());
    bundle.linux().put("resources", new JsonObject());
    bundle.write();
    runtime("--cgroup-manager", "disabled", "run", "--detach", "-b", folder, id("free")).expect(0);
    long pid = state("free").number("pid");
    assertEquals(
        Files.readString(Path.of("/proc/self/cgroup")),
        Files.readString(Path.of("/proc/" + pid + "/cgroup")));
    assertEquals(
        "nsbox-runtime: container " + id("free") + " has no cgroup that could pause it\n",
        runtime("pause", id("free")).expect(1).err());
    runtime("kill", "--all", id("free"), "KILL").expect(0);
    Nsbox.await("its end", () -> state("free").string("status").equals("stopped"));
  }

  @Test
  void anAgentAnswersForSystemCalls() throws Exception {
    Path socket = nsbox.folder.resolve("agent.sock");
    Bundle bundle = bundle().script("mkdir /tmp/made; echo $?; mkdir /tmp/other; echo $?");
    bundle
        .linux()
        .put(
            "seccomp",
            new JsonObject()
                .put("defaultAction", "SCMP_ACT_ALLOW")
                .put("listenerPath", socket.toString())
                .put("listenerMetadata", "for the agent")
                .put(
                    "syscalls",
                    List.of(
                        new JsonObject()
                            .put("names", List.of("mkdir", "mkdirat"))
                            .put("action", "SCMP_ACT_NOTIFY"))));
    List<String> create = command("create", "-b", bundle.write().toString(), id("asked"));
    Result result =
        caller(
            "agent",
            socket.toString(),
            String.join(" ", create),
            String.join(" ", command("start", id("asked"))));
    assertEquals(0, result.code(), result.toString());
    assertTrue(result.out().contains("\"metadata\":\"for the agent\""), result.out());
    assertTrue(result.out().contains("\"fds\":[\"seccompFd\"]"), result.out());
    assertTrue(
        result.out().contains("can't create directory '/tmp/made': File exists\n1\n0\n"),
        result.out());
  }

  @Test
  void notifyNeedsAnAgent() throws Exception {
    Bundle bundle = bundle().arguments("true");
    bundle
        .linux()
        .put(
            "seccomp",
            new JsonObject()
                .put("defaultAction", "SCMP_ACT_ALLOW")
                .put("listenerPath", "/no/agent")
                .put(
                    "syscalls",
                    List.of(
                        new JsonObject()
                            .put("names", List.of("mkdir"))
                            .put("action", "SCMP_ACT_NOTIFY"))));
    Running run = startRuntime("run", "-b", bundle.write().toString(), id("alone"));
    Result result = run.finish().expect(1);
    assertTrue(result.err().contains("/no/agent"), result.err());
  }
}

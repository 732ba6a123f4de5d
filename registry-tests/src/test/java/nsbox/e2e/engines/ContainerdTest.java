package nsbox.e2e.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Host;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.Test;

/// containerd, whose shim calls the runtime; `ctr` says what containers are to be.
final class ContainerdTest extends EngineTests {
  private static final String COUNTS =
      "i=0; while :; do i=$((i+1)); echo $i > /v/next; mv /v/next /v/count; sleep 0.02; done";

  /// ctr leaves the caller's terminal to write each line's end as two characters, after the
  /// container's own has done so.
  private static final String SAID_ON_A_TERMINAL =
      "33 101\r\r\n/dev/pts/0\r\r\ncode 6\nmodes restored\n";

  private Running daemon;

  @Override
  void requirePrograms() {
    EndToEnd.program("containerd");
    EndToEnd.program("ctr");
    EndToEnd.program("busybox");
  }

  @Override
  void startEngine() throws Exception {
    Path settings = host.folder.resolve("containerd.toml");
    Files.writeString(
        settings,
        """
        version = 2
        root = "%1$s/containerd"
        state = "%1$s/containerd-state"
        disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
        [grpc]
        address = "%2$s"
        """
            .formatted(host.folder, socket()));
    daemon =
        host.startDaemon(List.of("containerd", "--config", settings.toString()), line("version"));
    call("images", "import", "--snapshotter", "native", host.archive.toString()).expect(0);
  }

  @Override
  void stopEngine() throws Exception {
    if (daemon != null) {
      host.stop(daemon);
    }
  }

  private String socket() {
    return host.folder.resolve("containerd.sock").toString();
  }

  /// The namespace names the cgroup, too.
  @Override
  public List<String> command() {
    return List.of("ctr", "--address", socket(), "--namespace", host.name);
  }

  private Path runtimeRoot() {
    return host.folder.resolve("runtime");
  }

  /// `run` with flags, then image, ID, and a script.
  private String[] running(String id, String script, String... flags) {
    List<String> all = new ArrayList<>(List.of("run", "--snapshotter", "native"));
    all.addAll(List.of("--runc-binary", EngineHost.RUNTIME.toString()));
    all.addAll(List.of("--runc-root", runtimeRoot().toString()));
    all.addAll(List.of(flags));
    all.addAll(List.of(EngineHost.IMAGE, id, "sh", "-c", script));
    return all.toArray(new String[0]);
  }

  private Result runScript(String script, String... flags) throws Exception {
    List<String> all = new ArrayList<>(List.of("--rm"));
    all.addAll(List.of(flags));
    return call(running("once", script, all.toArray(new String[0])));
  }

  /// A container in the background; what it says goes to the file `log-ID`.
  private void detach(String id, String script, String... flags) throws Exception {
    Files.deleteIfExists(log(id));
    List<String> all = new ArrayList<>(List.of("--detach", "--log-uri", "file://" + log(id)));
    all.addAll(List.of(flags));
    assertEquals(new Result(0, "", ""), call(running(id, script, all.toArray(new String[0]))));
  }

  private Path log(String id) {
    return host.folder.resolve("log-" + id);
  }

  private void awaitLog(String id, String text) throws Exception {
    Nsbox.await("log " + text, () -> Files.readString(log(id)).equals(text));
  }

  /// As `ctr task ls` has it, or nothing.
  private String status(String id) throws Exception {
    return call("task", "ls")
        .expect(0)
        .out()
        .lines()
        .map(it -> it.split(" +"))
        .filter(it -> it[0].equals(id))
        .map(it -> it[2])
        .findFirst()
        .orElse("");
  }

  private Result exec(String id, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("task", "exec", "--exec-id", "other"));
    all.add(id);
    all.addAll(List.of(arguments));
    return call(all.toArray(new String[0]));
  }

  @Override
  void removeContainers() throws Exception {
    for (String id : call("task", "ls", "-q").expect(0).out().lines().toList()) {
      call("task", "rm", "--force", id);
    }
    for (String id : call("containers", "ls", "-q").expect(0).out().lines().toList()) {
      call("containers", "rm", id).expect(0);
    }
  }

  @Override
  void assertNothingLeft() throws Exception {
    Path states = runtimeRoot().resolve(host.name);
    host.assertNothingLeft(states, Pattern.compile("^(?!" + host.name + "$)"));
    assertEquals(
        List.of(),
        Nsbox.entries(
            host.folder.resolve("containerd-state/io.containerd.runtime.v2.task/" + host.name)));
  }

  @Override
  String log() throws IOException {
    return daemon == null ? "" : tail(daemon.errFile());
  }

  @Test
  void runsInTheForegroundWithStreamsApart() throws Exception {
    assertEquals(new Result(3, "out\n", "err\n"), runScript("echo out; echo err >&2; exit 3"));
    /* ctr 1.6 never tells the shim that its standard input has ended. */
    assertEquals(
        new Result(0, "a\nb\n", ""),
        callWithInput("a\nb\n", running("reader", "head -n 2", "--rm")));
  }

  @Test
  void givesATerminalOfTheCallersSize() throws Exception {
    assertEquals(
        new Result(0, SAID_ON_A_TERMINAL, ""),
        onTerminal("wait 33 101", running("tty", RunContract.SIZE_AND_NAME, "--rm", "--tty")));
  }

  @Test
  void executesInARunningContainer() throws Exception {
    detach("target", RunContract.WAITS, "--env", "FROM=run");
    assertEquals(
        new Result(5, "out run\n", "err\n"),
        exec("target", "sh", "-c", "echo out $FROM; echo err >&2; exit 5"));
    assertEquals(
        new Result(0, "1000 /tmp\n", ""),
        call(
            "task",
            "exec",
            "--exec-id",
            "other",
            "--user",
            "ann",
            "--cwd",
            "/tmp",
            "target",
            "sh",
            "-c",
            "echo $(id -u) $(pwd)"));
    assertEquals(
        new Result(0, SAID_ON_A_TERMINAL, ""),
        onTerminal(
            "wait 33 101",
            "task",
            "exec",
            "--tty",
            "--exec-id",
            "other",
            "target",
            "sh",
            "-c",
            RunContract.SIZE_AND_NAME));
  }

  @Test
  void saysWhatCouldNotBeRunOrExecuted() throws Exception {
    detach("target", RunContract.WAITS);
    for (String program : List.of("/nope", "/etc/plain")) {
      String cause = program.equals("/nope") ? "no such file or directory" : "permission denied";
      Result executed = exec("target", program);
      assertEquals(1, executed.code(), executed.toString());
      assertTrue(
          executed.err().contains("OCI runtime exec failed: ")
              && executed.err().contains(program)
              && executed.err().toLowerCase().contains(cause),
          executed.toString());
      String[] line = running("refused", "", "--rm");
      line[line.length - 3] = program;
      Result ran = call(line);
      assertEquals(1, ran.code(), ran.toString());
      assertTrue(
          ran.err().contains("OCI runtime create failed: ")
              && ran.err().contains(program)
              && ran.err().toLowerCase().contains(cause),
          ran.toString());
    }
    assertEquals("RUNNING", status("target"));
  }

  @Test
  void sendsSignals() throws Exception {
    detach(
        "signalled",
        "trap 'echo usr' USR1; trap 'echo term; exit 5' TERM; echo up;"
            + " while :; do sleep 0.05; done");
    awaitLog("signalled", "up\n");
    call("task", "kill", "-s", "USR1", "signalled").expect(0);
    awaitLog("signalled", "up\nusr\n");
    call("task", "kill", "signalled").expect(0);
    awaitLog("signalled", "up\nusr\nterm\n");
    Nsbox.await("the end", () -> status("signalled").equals("STOPPED"));
    Result removed = call("task", "rm", "signalled");
    assertTrue(removed.err().contains("exit with non-zero exit code 5"), removed.toString());
  }

  @Test
  void killsAllProcesses() throws Exception {
    detach("all", "sleep 300 & echo up; trap '' TERM; while :; do sleep 0.1; done");
    awaitLog("all", "up\n");
    call("task", "kill", "--all", "-s", "KILL", "all").expect(0);
    Nsbox.await("the end", () -> status("all").equals("STOPPED"));
    Result removed = call("task", "rm", "all");
    assertTrue(removed.err().contains("exit with non-zero exit code 137"), removed.toString());
  }

  @Test
  void pausesAndGoesOn() throws Exception {
    Path shared = Files.createDirectories(host.folder.resolve("pause"));
    Path count = shared.resolve("count");
    detach("counter", COUNTS, "--mount", "type=bind,src=" + shared + ",dst=/v,options=rbind:rw");
    Nsbox.await("the first number", () -> Files.exists(count));
    call("task", "pause", "counter").expect(0);
    assertEquals("PAUSED", status("counter"));
    String paused = Files.readString(count);
    Thread.sleep(300);
    assertEquals(paused, Files.readString(count), "counts while it is paused");
    call("task", "resume", "counter").expect(0);
    assertEquals("RUNNING", status("counter"));
    awaitChange(count, paused);
  }

  @Test
  void showsProcessesAndNumbers() throws Exception {
    Path pidFile = host.folder.resolve("pid");
    detach(
        "shown",
        "sleep 300 & exec sleep 300",
        "--pid-file",
        pidFile.toString(),
        "--memory-limit",
        "67108864");
    String pid = Files.readString(pidFile).strip();
    Result processes = call("task", "ps", "shown").expect(0);
    List<String> lines = processes.out().lines().toList();
    assertEquals(3, lines.size(), processes.toString());
    assertTrue(lines.stream().anyMatch(it -> it.startsWith(pid + " ")), processes.toString());
    Result numbers = call("task", "metrics", "shown").expect(0);
    assertTrue(numbers.out().matches("(?s).*pids\\.current +2 .*"), numbers.toString());
    assertTrue(
        numbers.out().matches("(?s).*memory\\.limit_in_bytes +67108864 .*"), numbers.toString());
  }

  @Test
  void appliesWhatTheContainerIsToldToBe() throws Exception {
    Path data = Files.createDirectories(host.folder.resolve("data"));
    Result result =
        runScript(
            "pwd; echo $GIVEN; echo no > /file; echo written > /v/out;"
                + " grep -E '^(Seccomp|NoNewPrivs|CapEff):' /proc/self/status;"
                /* On a busy machine ctr was seen to lose what came just before the end. */
                + " sleep 0.3",
            "--read-only",
            "--cwd",
            "/etc",
            "--env",
            "GIVEN=this",
            "--seccomp",
            "--cap-drop",
            "CAP_CHOWN",
            "--mount",
            "type=bind,src=" + data + ",dst=/v,options=rbind:ro");
    assertEquals(
        new Result(
            0,
            "/etc\nthis\nCapEff:\t00000000a80425fa\nNoNewPrivs:\t1\nSeccomp:\t2\n",
            "sh: can't create /file: Read-only file system\n"
                + "sh: can't create /v/out: Read-only file system\n"),
        result);
    assertFalse(Files.exists(data.resolve("out")));
  }

  /// containerd calls the runtime in the place of the shim that is gone.
  @Test
  void isCleanedUpAfterWhenTheShimIsKilled() throws Exception {
    detach("orphan", "sleep 304 & exec sleep 304");
    String id = "-id orphan";
    long shim =
        Host.processes(host.folder).stream()
            .filter(it -> it.contains("containerd-shim") && it.contains(id))
            .mapToLong(it -> Long.parseLong(it.substring(0, it.indexOf(' '))))
            .findFirst()
            .orElseThrow();
    Nsbox.kill("KILL", shim);
    Nsbox.await("the end of the task", () -> !status("orphan").equals("RUNNING"));
  }

  @Test
  void joinsANamespace() throws Exception {
    Path pidFile = host.folder.resolve("pid");
    detach("owner", "exec sleep 303", "--pid-file", pidFile.toString());
    String pid = Files.readString(pidFile).strip();
    assertEquals(
        new Result(0, "sleep 303 ", ""),
        runScript("tr '\\0' ' ' < /proc/1/cmdline", "--with-ns", "pid:/proc/" + pid + "/ns/pid"));
  }
}

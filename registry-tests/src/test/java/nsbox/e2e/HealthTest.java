package nsbox.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whether containers are healthy: asked by their monitor, shown by `ps`, `inspect` and `events`.
final class HealthTest extends NamedContainers {
  private static final String LAYER =
      "d4e6fd67dcf75e40c451560ac7265166c2b72a0f38ddc9aae756a7de3d1efa0c";
  private static final String DIFF_ID =
      "1bccf10afce5c1ffe31381419930ad565c1436eaeb1ca680494b0663e0028419";

  /// Starts `x`, which waits; flags are parted by `|`.
  private String start(String flags, String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of("run", "-d", "--name", "x"));
    words.addAll(Arrays.asList(flags.split("\\|")));
    words.add(ALPINE);
    words.addAll(command.length == 0 ? List.of("sleep", "300") : List.of(command));
    return nsbox.run(words.toArray(new String[0])).expect(0).out().strip();
  }

  private String health() throws Exception {
    return nsbox.run("inspect", "-f", "{{.State.Health.Status}}", "x").expect(0).out().strip();
  }

  private JsonObject document() throws Exception {
    String text = nsbox.run("inspect", "-f", "{{json .State.Health}}", "x").expect(0).out();
    return Json.parse(text.getBytes(UTF_8), "Health");
  }

  private List<JsonObject> results() throws Exception {
    return document().objects("Log");
  }

  private void awaitHealth(String status) throws Exception {
    Nsbox.await(status, () -> health().equals(status));
  }

  private long monitorOf(String id) throws Exception {
    return Long.parseLong(
        Files.readString(nsbox.runRoot.resolve(id).resolve("monitor")).split(" ")[0]);
  }

  private List<String> actions() throws Exception {
    return nsbox
        .run(
            "events",
            "--no-stream",
            "-f",
            "event=create",
            "-f",
            "event=start",
            "-f",
            "event=die",
            "-f",
            "event=health_status",
            "--format",
            "{{.Action}}")
        .expect(0)
        .out()
        .lines()
        .toList();
  }

  @Test
  void becomesHealthyAndUnhealthy() throws Exception {
    Files.deleteIfExists(nsbox.root.resolve("events.jsonl"));
    start(
        "--health-cmd|test -e /ok|--health-interval|100ms|--health-retries|2"
            + "|--health-start-period|1m|--health-start-interval|500ms");
    assertEquals("starting", health());
    assertTrue(status("x").contains("(health: starting)"), status("x"));
    nsbox.run("exec", "x", "touch", "/ok").expect(0);
    awaitHealth("healthy");
    assertTrue(status("x").contains(" (healthy)"), status("x"));
    assertEquals("x\n", nsbox.run("ps", "-f", "health=healthy", "--format", "{{.Names}}").out());
    assertTrue(
        nsbox.run("ps", "--format", "{{.Status}}").out().endsWith(" (healthy)\n"), "a template");
    nsbox.run("exec", "x", "rm", "/ok").expect(0);
    awaitHealth("unhealthy");
    assertTrue(document().number("FailingStreak") >= 2);
    assertTrue(status("x").contains(" (unhealthy)"), status("x"));
    assertEquals("", nsbox.run("ps", "-q", "-f", "health=healthy").out());
    assertEquals("", nsbox.run("ps", "-q", "-f", "health=none").out());
    assertEquals(
        List.of("create", "start", "health_status: healthy", "health_status: unhealthy"),
        actions());
    assertEquals(
        "health_status: healthy\nhealth_status: unhealthy\n",
        nsbox
            .run("events", "--no-stream", "-f", "event=health_status", "--format", "{{.Action}}")
            .out());
  }

  @Test
  void keepsTheLastResults() throws Exception {
    start("--health-cmd|echo out; echo 'e\"é' >&2; exit 3|--health-interval|50ms");
    Nsbox.await("more than are kept", () -> document().number("FailingStreak") > 6);
    List<JsonObject> results = results();
    assertEquals(5, results.size());
    assertEquals(
        "[Start, End, ExitCode, Output]", results.getFirst().members().keySet().toString());
    for (JsonObject result : results) {
      assertEquals(3, result.number("ExitCode"));
      assertEquals(
          List.of("e\"é", "out"),
          result.string("Output").lines().sorted().toList(),
          "in any order");
      assertTrue(result.string("Start").compareTo(result.string("End")) <= 0);
    }
    assertTrue(results.get(3).string("End").compareTo(results.get(4).string("Start")) < 0);
  }

  @Test
  void cutsLongOutput() throws Exception {
    start("--health-cmd|for i in $(seq 30000); do echo -n xxxxxxxxxx; done|--health-interval|50ms");
    awaitHealth("healthy");
    assertEquals("x".repeat(4096) + "...", results().getFirst().string("Output"));
  }

  @Test
  void endsAProbeThatTakesTooLong() throws Exception {
    start(
        "--health-cmd|echo before; sleep 1234 & sleep 1234|--health-interval|1h"
            + "|--health-timeout|2500ms");
    nsbox.run("healthcheck", "run", "x").expect(1);
    JsonObject result = results().getFirst();
    assertEquals(-1, result.number("ExitCode"));
    assertEquals("Health check exceeded timeout (2500ms): before\n", result.string("Output"));
    assertEquals("starting", health());
    Nsbox.await(
        "its processes to be gone", () -> !nsbox.run("top", "x").out().contains("sleep 1234"));
  }

  @Test
  void saysWhyAProbeCannotRun() throws Exception {
    start("--health-cmd|[\"nothing-there\"]|--health-interval|100ms|--health-retries|1");
    awaitHealth("unhealthy");
    assertEquals(-1, results().getFirst().number("ExitCode"));
    assertEquals(
        "cannot run the health check: No such file or directory",
        results().getFirst().string("Output"));
  }

  @Test
  void isRunAsTheContainerIs() throws Exception {
    start(
        "--health-cmd|id -u; pwd; echo $A; cat /proc/1/comm; grep Seccomp: /proc/self/status|--health-interval|100ms"
            + "|--user|1234|-e|A=b|-w|/tmp|--read-only|--uidmap|0:100000:65536");
    awaitHealth("healthy");
    assertEquals("1234\n/tmp\nb\nsleep\nSeccomp:\t2\n", results().getFirst().string("Output"));
  }

  @Test
  void holdsNothingAgainstAContainerThatStarts() throws Exception {
    String flags =
        "--health-cmd|false|--health-interval|50ms|--health-start-interval|50ms|--health-retries|1"
            + "|--health-start-period|";
    start(flags + "1h");
    Nsbox.await("three results", () -> results().size() > 2);
    assertEquals("starting", health());
    assertEquals(0, document().number("FailingStreak"));
    nsbox.run("rm", "-f", "x").expect(0);
    start(flags + "500ms");
    awaitHealth("unhealthy");
  }

  @Test
  void beginsAnewWithEachStart() throws Exception {
    String id =
        start(
            "--health-cmd|test -e /ok|--health-interval|100ms|--health-retries|1|--restart|always",
            "sh",
            "-c",
            "trap 'exit 1' TERM; while :; do sleep 0.05; done");
    awaitHealth("unhealthy");
    nsbox.run("restart", "-t", "0", "x").expect(0);
    awaitHealth("unhealthy");
    long first = nsbox.initOf(id);
    int before = results().size();
    nsbox.run("exec", "x", "touch", "/ok").expect(0);
    awaitHealth("healthy");
    nsbox.run("exec", "x", "rm", "/ok").expect(0);
    /* By its monitor: what was found out before stays in the log. */
    Nsbox.kill("TERM", first);
    Nsbox.await("another process", () -> nsbox.initOf(id) != first);
    assertTrue(results().size() >= before);
    awaitHealth("unhealthy");
    nsbox.run("stop", "-t", "0", "x").expect(0);
    assertEquals(
        "none\n",
        nsbox.run("inspect", "-f", "{{if .State.Health}}some{{else}}none{{end}}", "x").out());
    assertEquals("x\n", nsbox.run("ps", "-a", "-f", "health=none", "--format", "{{.Names}}").out());
  }

  @Test
  void outlivesItsMonitor() throws Exception {
    String id = start("--health-cmd|test -e /ok|--health-interval|100ms");
    nsbox.run("exec", "x", "touch", "/ok").expect(0);
    awaitHealth("healthy");
    Nsbox.kill("KILL", monitorOf(id));
    assertEquals("healthy", health());
    nsbox.run("exec", "x", "rm", "/ok").expect(0);
    awaitHealth("unhealthy");
  }

  @Test
  void aProbeEndsWithItsMonitor() throws Exception {
    String id = start("--health-cmd|sleep 4321|--health-interval|50ms");
    Nsbox.await("a probe", () -> nsbox.run("top", "x").out().contains("sleep 4321"));
    Nsbox.kill("KILL", monitorOf(id));
    Nsbox.await(
        "its end",
        () -> Files.list(Path.of("/proc")).filter(it -> isProbe(it)).findAny().isEmpty());
  }

  private static boolean isProbe(Path process) {
    try {
      return Files.readString(process.resolve("cmdline")).equals("sleep\0004321\000");
    } catch (java.io.IOException e) {
      return false;
    }
  }

  @Test
  void isNotAskedWhilePaused() throws Exception {
    start("--health-cmd|true|--health-interval|50ms");
    awaitHealth("healthy");
    nsbox.run("pause", "x").expect(0);
    assertTrue(status("x").contains("(Paused)"), status("x"));
    Result run = nsbox.run("healthcheck", "run", "x").expect(125);
    assertEquals("nsbox: container x is not running: it is paused\n", run.err());
    String last = results().getLast().string("Start");
    Thread.sleep(400);
    assertEquals(last, results().getLast().string("Start"));
    nsbox.run("unpause", "x").expect(0);
    Nsbox.await("more", () -> !results().getLast().string("Start").equals(last));
    assertEquals("healthy", health());
  }

  @Test
  void isAskedByTheUser() throws Exception {
    start("--health-cmd|test ! -e /bad|--health-interval|1h|--health-retries|2");
    assertEquals(new Result(0, "", ""), nsbox.run("healthcheck", "run", "x"));
    assertEquals("healthy", health());
    nsbox.run("exec", "x", "touch", "/bad").expect(0);
    assertEquals(new Result(1, "unhealthy\n", ""), nsbox.run("healthcheck", "run", "x"));
    assertEquals("healthy", health());
    assertEquals(1, document().number("FailingStreak"));
    nsbox.run("healthcheck", "run", "x").expect(1);
    assertEquals("unhealthy", health());
    assertEquals(3, results().size());
    nsbox.run("stop", "-t", "0", "x").expect(0);
    assertEquals(
        "nsbox: container x is not running: it is exited\n",
        nsbox.run("healthcheck", "run", "x").expect(125).err());
    nsbox.run("create", "--name", "plain", ALPINE).expect(0);
    assertEquals(
        "nsbox: container plain has no defined healthcheck\n",
        nsbox.run("healthcheck", "run", "plain").expect(125).err());
  }

  @Test
  void holdsUpNeitherLogsNorTheEnd() throws Exception {
    Running run =
        nsbox.start(
            "run",
            "--rm",
            "--health-cmd",
            "sleep 60",
            "--health-interval",
            "50ms",
            ALPINE,
            "sh",
            "-c",
            "for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.1; done; exit 5");
    Result result = run.finish(java.time.Duration.ofSeconds(20));
    assertEquals(new Result(5, "1\n2\n3\n4\n5\n6\n7\n8\n", ""), result);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"kill | 137 | create start unhealthy die", "stop | 7 | create start unhealthy die"})
  void endsWhatIsUnhealthy(String action, int code, String events) throws Exception {
    Files.deleteIfExists(nsbox.root.resolve("events.jsonl"));
    start(
        "--health-cmd|test ! -e /up|--health-interval|100ms|--health-retries|1|--health-on-failure|"
            + action,
        "sh",
        "-c",
        "trap 'exit 7' TERM; touch /up; while :; do sleep 0.05; done");
    assertEquals(code + "\n", nsbox.run("wait", "x").expect(0).out());
    Nsbox.await("the end", () -> actions().contains("die"));
    /* It may have passed before it was up. */
    List<String> actions = new ArrayList<>(actions());
    actions.remove("health_status: healthy");
    assertEquals(events, String.join(" ", actions).replace("health_status: ", ""));
  }

  @Test
  void startsWhatIsUnhealthyAgain() throws Exception {
    start(
        "--health-cmd|test -e /ok|--health-interval|200ms|--health-retries|1|--stop-timeout|1|--health-on-failure|restart",
        "sh",
        "-c",
        "trap '' TERM; test -e /first && touch /ok; touch /first; while :; do sleep 0.05; done");
    awaitHealth("healthy");
    String restarts = nsbox.run("inspect", "-f", "{{.RestartCount}}", "x").out();
    assertTrue(Integer.parseInt(restarts.strip()) >= 1, restarts);
    nsbox.run("stop", "-t", "0", "x").expect(0);
    assertTrue(status("x").contains("Exited (137)"), status("x"));
  }

  @Test
  void isAskedAsTheImageSays() throws Exception {
    Path layout =
        new Layout(nsbox.folder.resolve("asked"))
            .layer(layout("alpine"), LAYER, DIFF_ID)
            .config(
                "\"Cmd\":[\"sleep\",\"300\"],\"Shell\":[\"/bin/sh\",\"-e\",\"-c\"],"
                    + "\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"false; echo on\"],"
                    + "\"Interval\":100000000,\"Retries\":1}")
            .write("asked:1");
    nsbox.run("import", layout.toString()).expect(0);
    nsbox.run("run", "-d", "--name", "x", "asked:1").expect(0);
    awaitHealth("unhealthy");
    assertEquals("", results().getFirst().string("Output"));
    nsbox.run("run", "-d", "--name", "y", "--health-retries", "9", "asked:1").expect(0);
    assertEquals(
        "{\"Test\":[\"CMD-SHELL\",\"false; echo on\"],\"Interval\":100000000,\"Retries\":9}\n",
        nsbox.run("inspect", "-f", "{{json .Config.Healthcheck}}", "y").out());
    nsbox.run("run", "-d", "--name", "z", "--no-healthcheck", "asked:1").expect(0);
    assertEquals(
        "{\"Test\":[\"NONE\"]}\n",
        nsbox.run("inspect", "-f", "{{json .Config.Healthcheck}}", "z").out());
    assertEquals("z\n", nsbox.run("ps", "-f", "health=none", "--format", "{{.Names}}").out());
    assertTrue(!status("z").contains("health"), status("z"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          --no-healthcheck --health-cmd true          | --no-healthcheck conflicts with --health-* options
          --health-cmd true --health-interval soon    | --health-interval: invalid duration: soon, expected one such as 5s
          --health-cmd true --health-interval -1s     | --health-interval -1s: cannot be negative
          --health-cmd true --health-timeout 10us     | --health-timeout 10us: cannot be less than 1ms
          --health-cmd true --health-retries -1       | --health-retries -1: expected a whole number from 0 to 2147483647
          --health-cmd true --health-on-failure panic | --health-on-failure panic: expected none, kill, restart or stop
          --health-on-failure kill                    | cannot set on-failure action to kill without a health check; Use: --health-cmd COMMAND
          --health-on-failure restart --restart always | --health-on-failure restart and --restart: use kill, and the restart policy does the rest
          --rm --health-on-failure restart            | --health-on-failure restart and --rm: a container that goes cannot come back
          """)
  void refuses(String flags, String message) throws Exception {
    List<String> words = new ArrayList<>(List.of("run"));
    words.addAll(List.of(flags.split(" ")));
    words.addAll(List.of(ALPINE, "true"));
    assertEquals(
        new Result(125, "", "nsbox: " + message.replace("; Use:", "\n  Use:") + "\n"),
        nsbox.run(words.toArray(new String[0])));
    assertEquals(List.of(), nsbox.containers());
  }
}

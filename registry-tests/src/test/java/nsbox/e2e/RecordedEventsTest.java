package nsbox.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `nsbox events`: what is recorded, and how it is shown.
final class RecordedEventsTest extends EndToEnd {
  private Path file;

  @Override
  protected void prepare() throws Exception {
    importAlpine();
    file = nsbox.root.resolve("events.jsonl");
  }

  @BeforeEach
  void forget() throws Exception {
    Files.deleteIfExists(file);
  }

  private List<String> past(String... arguments) throws Exception {
    String[] words = new String[2 + arguments.length];
    words[0] = "events";
    words[1] = "--stream=false";
    System.arraycopy(arguments, 0, words, 2, arguments.length);
    Result result = nsbox.run(words).expect(0);
    assertEquals("", result.err());
    return result.out().lines().toList();
  }

  @Test
  void recordsTheLifeOfAContainer() throws Exception {
    String id = nsbox.run("create", "--name", "c", ALPINE, "true").out().strip();
    nsbox.run("start", "-a", "c").expect(0);
    nsbox.run("rm", "c").expect(0);
    List<String> lines = past("--filter", "type=container");
    String rest = " " + id + " (image=alpine:3.20, name=c)";
    String time = "20..-..-..T..:..:..\\.\\d{9}Z";
    assertTrue(lines.get(0).matches(time + ".*"), lines.get(0));
    assertEquals(
        List.of("container create" + rest, "container start" + rest, "container destroy" + rest),
        past("-f", "event=create", "-f", "event=start", "-f", "event=destroy").stream()
            .map(it -> it.substring(it.indexOf(' ') + 1))
            .toList());
    assertEquals(
        List.of("create c alpine:3.20"),
        past(
            "-f", "event=create", "--format", "{{.Action}} {{.Name}} {{.Actor.Attributes.image}}"));
  }

  @Test
  void isDockersJson() throws Exception {
    String id = nsbox.run("create", "--name", "c", ALPINE, "true").out().strip();
    JsonObject event =
        Json.parse(past("--format", "json", "-f", "event=create").getFirst().getBytes(UTF_8), "e");
    assertEquals(
        "[status, id, from, Type, Action, Actor, scope, time, timeNano]",
        event.members().keySet().toString());
    assertEquals(
        "{\"ID\":\"" + id + "\",\"Attributes\":{\"image\":\"alpine:3.20\",\"name\":\"c\"}}",
        event.object("Actor").toString());
    assertEquals(event.number("time"), event.number("timeNano") / 1_000_000_000);
  }

  /* What the container's name, and where it has ended its exit code, is said of. */
  private List<String> lives() throws Exception {
    return past(
        "-f",
        "event=create",
        "-f",
        "event=start",
        "-f",
        "event=oom",
        "-f",
        "event=die",
        "-f",
        "event=destroy",
        "--format",
        "{{.Action}} {{.Name}}{{with index .Attributes \"exitCode\"}} {{.}}{{end}}");
  }

  @Test
  void isWrittenByTheMonitorAsByTheCommands() throws Exception {
    String id =
        nsbox
            .run(
                "run", "-d", "--label", "a=\"b\"", "--label", "name=no", "--name", "c", ALPINE,
                "true")
            .out()
            .strip();
    Nsbox.await("the end", () -> lives().size() == 3);
    List<String> lines = Files.readAllLines(file);
    JsonObject create = Json.parse(lines.get(0).getBytes(UTF_8), "create");
    for (int i = 1; i < 3; i++) {
      JsonObject event = Json.parse(lines.get(i).getBytes(UTF_8), lines.get(i));
      String action = i == 1 ? "start" : "die";
      assertEquals(create.members().keySet(), event.members().keySet());
      assertEquals(action, event.string("status"));
      assertEquals(action, event.string("Action"));
      assertEquals(id, event.string("id"));
      assertEquals(ALPINE, event.string("from"));
      assertEquals(event.number("time"), event.number("timeNano") / 1_000_000_000);
      assertEquals(create.object("Actor").string("ID"), event.object("Actor").string("ID"));
      Map<String, String> attributes = event.object("Actor").stringMap("Attributes");
      Map<String, String> expected = create.object("Actor").stringMap("Attributes");
      if (i == 2) {
        expected = new LinkedHashMap<>(expected);
        expected.put("exitCode", "0");
      }
      assertEquals(expected, attributes);
    }
  }

  @Test
  void recordsEachStartAndEachEnd() throws Exception {
    nsbox.run(
        "run", "-d", "--restart", "on-failure:1", "--name", "c", ALPINE, "sh", "-c", "exit 4");
    Nsbox.await("both ends", () -> lives().size() == 5);
    assertEquals(List.of("create c", "start c", "die c 4", "start c", "die c 4"), lives());
    assertEquals(List.of("die", "die"), past("-f", "event=die", "--format", "{{.Action}}"));
  }

  @Test
  void recordsRestartsInTheForegroundAndInTheBackground() throws Exception {
    nsbox.run("run", "--name", "c", ALPINE, "sh", "-c", "exit 3").expect(3);
    nsbox.run("start", "-a", "c").expect(3);
    assertEquals(List.of("create c", "start c", "die c 3", "start c", "die c 3"), lives());
    Files.delete(file);
    nsbox.run("run", "-d", "--name", "other", ALPINE, "sleep", "60").expect(0);
    nsbox.run("rename", "other", "d").expect(0);
    nsbox.run("restart", "-t", "0", "d").expect(0);
    nsbox.run("rm", "-f", "d").expect(0);
    assertEquals(
        List.of("create other", "start other", "die d 137", "start d", "die d 137", "destroy d"),
        lives());
  }

  @Test
  void recordsOnceThatAContainerWentWithItsProcess() throws Exception {
    nsbox.run("run", "--rm", "--name", "c", ALPINE, "true").expect(0);
    assertEquals(List.of("create c", "start c", "die c 0", "destroy c"), lives());
    Files.delete(file);
    nsbox.run("run", "-d", "--rm", "--name", "d", ALPINE, "sleep", "60").expect(0);
    nsbox.run("rm", "-f", "d").expect(0);
    assertEquals(List.of("create d", "start d", "die d 137", "destroy d"), lives());
    Files.delete(file);
    nsbox.run("run", "--name", "e", ALPINE, "nothing-there").expect(127);
    nsbox.run("run", "--rm", "--name", "f", ALPINE, "nothing-there").expect(127);
    nsbox.run("container", "prune", "-f").expect(0);
    assertEquals(List.of("create e", "create f", "destroy f", "destroy e"), lives());
  }

  @Test
  void recordsWantOfMemory() throws Exception {
    nsbox.run("run", "--name", "c", "--memory", "16m", ALPINE, "tail", "/dev/zero").expect(137);
    assertEquals(List.of("create c", "start c", "oom c", "die c 137"), lives());
    String format = "{{.State.OOMKilled}} {{.State.Status}} {{.State.ExitCode}}";
    assertEquals("true exited 137\n", nsbox.run("inspect", "-f", format, "c").out());
    assertTrue(nsbox.run("ps", "-a").out().contains("Exited (137)"));
    nsbox.run("run", "-d", "--name", "d", "--memory", "16m", ALPINE, "sleep", "60").expect(0);
    nsbox.run("kill", "d").expect(0);
    nsbox.run("wait", "d").expect(0);
    assertEquals("false exited 137\n", nsbox.run("inspect", "-f", format, "d").out());
  }

  @Test
  void recordsTheEndForAMonitorThatWasKilled() throws Exception {
    String id = nsbox.run("run", "-d", "--name", "c", ALPINE, "sleep", "60").out().strip();
    Nsbox.kill("KILL", monitorOf(id));
    nsbox.run("ps").expect(0);
    nsbox.run("stop", "-t", "0", "c").expect(0);
    assertEquals(List.of("create c", "start c", "die c 137"), lives());
    Files.delete(file);
    Running run =
        nsbox.start("run", "--rm", "--name", "d", ALPINE, "sh", "-c", "echo up; sleep 60");
    run.awaitOut("up\n");
    Nsbox.kill("KILL", monitorOf(Nsbox.entries(nsbox.runRoot).getFirst()));
    assertEquals(137, run.finish().code());
    nsbox.run("ps").expect(0);
    assertEquals(List.of("create d", "start d", "die d 137", "destroy d"), lives());
  }

  private long monitorOf(String id) throws Exception {
    return Long.parseLong(
        Files.readString(nsbox.runRoot.resolve(id).resolve("monitor")).split(" ")[0]);
  }

  @Test
  void recordsImages() throws Exception {
    nsbox.run("tag", ALPINE, "other:1").expect(0);
    nsbox.run("rmi", "other:1").expect(0);
    assertEquals(
        List.of("image tag other:1", "image untag other:1"),
        past("--format", "{{.Type}} {{.Action}} {{.Actor.Attributes.name}}"));
    assertEquals(
        List.of("tag"), past("-f", "image=other", "-f", "event=tag", "--format", "{{.Status}}"));
  }

  @Test
  void readsMembersInAnyOrderAndPassesOverWhatIsNone() throws Exception {
    String text =
        """
        {"time":1700000000,"timeNano":1700000000000000005,"Action":"die","Type":"container",\
        "Actor":{"Attributes":{"exitCode":"3","name":"c","tier":"app"},"ID":"abcd"}}
        not json
        {"a":1}
        {"timeNano":1700000001000000005,"status":"oom","id":"abcd","Type":"container"}
        """;
    Files.writeString(file, text);
    assertEquals(
        List.of(
            "2023-11-14T22:13:20.000000005Z container die abcd (exitCode=3, name=c, tier=app)",
            "2023-11-14T22:13:21.000000005Z container oom abcd"),
        past());
    assertEquals(List.of("die"), past("-f", "label=tier=app", "--format", "{{.Action}}"));
    assertEquals(List.of("die"), past("-f", "container=c", "--format", "{{.Action}}"));
    assertEquals(List.of("die", "oom"), past("-f", "container=ab", "--format", "{{.Action}}"));
    assertEquals(List.of("oom"), past("--since", "1700000001", "--format", "{{.Action}}"));
    assertEquals(List.of("die"), past("--until", "1700000001", "--format", "{{.Action}}"));
    assertEquals(
        new Result(0, "die\n", ""),
        nsbox.run(
            "events", "--since", "1600000000", "--until", "1700000001", "--format", "{{.Action}}"));
  }

  @Test
  void followsAcrossTheMomentInWhichTheFileIsPutAside() throws Exception {
    Running follower =
        nsbox.start("events", "--since", "1h", "--format", "{{.Action}} {{.Actor.ID}}");
    try {
      append("first");
      follower.awaitOut("test first\n");
      Files.move(file, nsbox.root.resolve("events.jsonl.1"));
      append("second");
      follower.awaitOut("test second\n");
      Files.writeString(file, "{\"timeNano\":", StandardOpenOption.APPEND);
      Files.writeString(
          file, nanos() + ",\"Action\":\"test\",\"id\":\"third\"}\n", StandardOpenOption.APPEND);
      follower.awaitOut("test third\n");
      assertEquals("test first\ntest second\ntest third\n", follower.out());
    } finally {
      follower.signal("TERM");
    }
    assertEquals(143, follower.finish().code());
    assertEquals(List.of("first", "second", "third"), past("--format", "{{.Actor.ID}}"));
    Files.delete(nsbox.root.resolve("events.jsonl.1"));
  }

  private void append(String id) throws Exception {
    Files.writeString(
        file,
        "{\"Action\":\"test\",\"id\":\"" + id + "\",\"timeNano\":" + nanos() + "}\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private static long nanos() {
    return System.currentTimeMillis() * 1_000_000;
  }

  @Test
  void refusesWhatItDoesNotKnow() throws Exception {
    assertEquals(
        new Result(125, "", "nsbox: --stream maybe: expected true or false\n"),
        nsbox.run("events", "--stream", "maybe"));
    assertTrue(nsbox.run("events", "-f", "daemon=x").err().contains("no filter daemon; there are"));
    assertEquals(125, nsbox.run("events", "--since", "soon").code());
  }
}

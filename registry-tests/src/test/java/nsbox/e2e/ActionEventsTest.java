package nsbox.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import nsbox.e2e.Nsbox.Running;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What `nsbox events` tells of what users do, by docker's names.
final class ActionEventsTest extends NamedContainers {
  /* Told by whoever sees it: not what these tests are about. */
  private static final Set<String> LIFE =
      Set.of("create", "start", "die", "oom", "destroy", "health_status");

  @BeforeEach
  void forget() throws Exception {
    Files.deleteIfExists(nsbox.root.resolve("events.jsonl"));
  }

  @AfterEach
  void removeVolumes() throws Exception {
    nsbox.run("rm", "-fa").expect(0);
    nsbox.run("volume", "rm", "-a").expect(0);
  }

  private List<String> all(String format) throws Exception {
    return nsbox
        .run("events", "--stream=false", "--format", "{{.Action}}" + format)
        .expect(0)
        .out()
        .lines()
        .toList();
  }

  private List<String> told(String format) throws Exception {
    return all(format).stream().filter(it -> !LIFE.contains(it.split(" ")[0])).toList();
  }

  @Test
  void tellsOfSignals() throws Exception {
    running("box", "sh", "-c", "trap 'exit 0' TERM; trap : HUP; while :; do sleep 0.1; done");
    nsbox.run("kill", "-s", "HUP", "box").expect(0);
    nsbox.run("stop", "box").expect(0);
    running("deaf");
    nsbox.run("stop", "-t", "1", "deaf").expect(0);
    nsbox.run("stop", "deaf").expect(0);
    nsbox.run("start", "deaf").expect(0);
    nsbox.run("rm", "-f", "deaf").expect(0);
    assertEquals(
        List.of(
            "kill box 1",
            "kill box 15",
            "stop box ",
            "kill deaf 15",
            "kill deaf 9",
            "stop deaf ",
            "kill deaf 9"),
        told(" {{.Name}} {{with .Actor.Attributes.signal}}{{.}}{{end}}"));
  }

  @Test
  void tellsOfRestartAndOfNothingThatFailed() throws Exception {
    running("box");
    nsbox.run("restart", "-t", "0", "box").expect(0);
    assertEquals(125, nsbox.run("unpause", "box").code());
    nsbox.run("stop", "-t", "0", "box").expect(0);
    assertEquals(125, nsbox.run("pause", "box").code());
    assertEquals(125, nsbox.run("kill", "box").code());
    assertEquals(
        List.of("kill 15", "kill 9", "stop", "restart", "kill 15", "kill 9", "stop"),
        told("{{with .Actor.Attributes.signal}} {{.}}{{end}}"));
  }

  @Test
  void tellsOfWhatChangesAContainer() throws Exception {
    running("box");
    nsbox.run("pause", "box").expect(0);
    nsbox.run("unpause", "box").expect(0);
    nsbox.run("update", "--pids-limit", "100", "box").expect(0);
    nsbox.run("rename", "box", "case").expect(0);
    assertEquals(
        List.of("pause box", "unpause box", "update box", "rename case"), told(" {{.Name}}"));
    String line = nsbox.run("events", "--stream=false", "-f", "event=rename").out();
    assertTrue(line.contains(" (image=alpine:3.20, name=case, oldName=/box)"), line);
  }

  @Test
  void tellsOfWhatIsTakenFromAContainer() throws Exception {
    running("box");
    nsbox.run("cp", "box:/etc/hosts", "hosts").expect(0);
    nsbox.run("cp", "hosts", "box:/tmp").expect(0);
    nsbox.run("export", "-o", "box.tar", "box").expect(0);
    nsbox.run("top", "box").expect(0);
    String image = nsbox.run("commit", "box").expect(0).out().strip();
    assertEquals(List.of("archive-path", "extract-to-dir", "export", "top", "commit"), told(""));
    nsbox.run("rmi", image).expect(0);
  }

  @Test
  void tellsWhoAttaches() throws Exception {
    nsbox.run("run", "--rm", "--name", "box", ALPINE, "true").expect(0);
    nsbox.run("run", "-d", "--name", "other", ALPINE, "sleep", "300").expect(0);
    Running client = nsbox.start("attach", "--no-stdin", "other");
    Nsbox.await("the client", () -> told(" {{.Name}}").contains("attach other"));
    nsbox.run("rm", "-f", "other").expect(0);
    client.finish();
    assertEquals(List.of("attach box", "attach other", "kill other"), told(" {{.Name}}"));
  }

  @Test
  void tellsOfFurtherProcesses() throws Exception {
    running("box");
    assertEquals(3, nsbox.run("exec", "box", "sh", "-c", "exit 3").code());
    nsbox.run("exec", "-dt", "box", "true").expect(0);
    nsbox.run("exec", "-d", "box", "sleep", "0").expect(0);
    assertEquals(127, nsbox.run("exec", "box", "nothing").code());
    Nsbox.await("the end", () -> told("").stream().filter("exec_die"::equals).count() == 2);
    String code = "{{with .Actor.Attributes.exitCode}} {{.}}{{end}}";
    List<String> told = told(code);
    assertEquals(
        List.of("exec_create: sh -c exit 3", "exec_start: sh -c exit 3", "exec_die 3"),
        told.subList(0, 3));
    assertEquals(
        List.of(
            "exec_create: nothing",
            "exec_create: sleep 0",
            "exec_create: true",
            "exec_die 0",
            "exec_start: sleep 0",
            "exec_start: true"),
        told.subList(3, told.size()).stream().sorted().toList());
    assertEquals(
        4, nsbox.run("events", "--stream=false", "-f", "event=exec_create").out().lines().count());
    List<String> ids =
        nsbox
            .run(
                "events",
                "--stream=false",
                "-f",
                "event=exec_create",
                "-f",
                "event=exec_start",
                "-f",
                "event=exec_die",
                "--format",
                "{{.Actor.Attributes.execID}} {{.Name}}")
            .out()
            .lines()
            .toList();
    assertTrue(ids.getFirst().matches("[0-9a-f]{64} box"), ids.getFirst());
    assertEquals(4, ids.stream().distinct().count());
  }

  @Test
  void writesWordsAsTheyAre() throws Exception {
    nsbox.run("run", "-d", "--name", "box", "--label", "a=\"}\\", ALPINE, "sleep", "300").expect(0);
    nsbox.run("exec", "box", "echo", "\"}}}\n\\ \u00e4").expect(0);
    List<String> lines = Files.readAllLines(nsbox.root.resolve("events.jsonl"));
    JsonObject last = Json.parse(lines.getLast().getBytes(UTF_8), "event");
    JsonObject attributes = last.object("Actor").object("Attributes");
    assertEquals("exec_die", last.string("Action"));
    assertEquals("\"}\\", attributes.string("a"));
    assertEquals("0", attributes.string("exitCode"));
    JsonObject start = Json.parse(lines.get(lines.size() - 2).getBytes(UTF_8), "event");
    assertEquals("exec_start: echo \"}}}\n\\ \u00e4", start.string("Action"));
    assertEquals(last.number("time"), last.number("timeNano") / 1_000_000_000);
  }

  @Test
  void tellsOfVolumesAndPrunes() throws Exception {
    nsbox.run("volume", "create", "files").expect(0);
    nsbox.run("volume", "create", "--ignore", "files").expect(0);
    nsbox.run("create", "--name", "box", "-v", "files:/a", "-v", "made:/b", ALPINE).expect(0);
    nsbox.run("container", "prune", "-f").expect(0);
    nsbox.run("volume", "prune", "-af").expect(0);
    nsbox.run("image", "prune", "-f").expect(0);
    String format = "{{.Type}} {{.Action}} {{with .Actor.ID}}{{.}}{{end}}";
    List<String> told =
        nsbox
            .run("events", "--stream=false", "--format", format)
            .out()
            .lines()
            .map(it -> it.replaceAll("[0-9a-f]{64}", "ID").strip())
            .toList();
    assertEquals(
        List.of(
            "volume create files",
            "volume create made",
            "container create ID",
            "container destroy ID",
            "container prune",
            "volume destroy files",
            "volume destroy made",
            "volume prune",
            "image prune"),
        told);
    assertEquals(
        3,
        nsbox
            .run(
                "events",
                "--stream=false",
                "-f",
                "event=prune",
                "--format",
                "{{.Actor.Attributes.reclaimed}}")
            .out()
            .lines()
            .filter(it -> it.matches("[0-9]+"))
            .count());
  }

  @Test
  void tellsOfMountedImages() throws Exception {
    nsbox.run("image", "mount", ALPINE).expect(0);
    nsbox.run("image", "unmount", ALPINE).expect(0);
    assertEquals(List.of("mount", "unmount"), told(""));
  }
}

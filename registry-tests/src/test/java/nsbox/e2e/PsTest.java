package nsbox.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox.Result;
import nsbox.json.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `nsbox ps`: three containers, one that was only created, one that has ended, one that runs.
final class PsTest extends EndToEnd {
  private String created;
  private String ended;
  private String running;

  @Override
  protected void prepare() throws Exception {
    TwoImages images = TwoImages.write(nsbox.folder);
    nsbox.run("import", images.base().toString()).expect(0);
    nsbox.run("import", images.app().toString()).expect(0);
    importAlpine();
  }

  @BeforeEach
  void makeThree() throws Exception {
    created = nsbox.run("create", "--name", "created", "team/app:2", "/none").out().strip();
    Files.createDirectories(nsbox.folder.resolve("shown"));
    ended =
        nsbox
            .run(
                "create",
                "--name",
                "ended",
                "-v",
                nsbox.folder.resolve("shown") + ":/data",
                ALPINE,
                "sh",
                "-c",
                "head -c 5000 /dev/zero >/five; exit 7")
            .out()
            .strip();
    nsbox.run("start", "-a", "ended").expect(7);
    running =
        nsbox
            .run("run", "-d", "--name", "running", "--network", "host", ALPINE, "sleep", "300")
            .out()
            .strip();
  }

  private List<String> lines(String... arguments) throws Exception {
    Result result = nsbox.run(arguments).expect(0);
    assertEquals("", result.err());
    return result.out().lines().toList();
  }

  private static List<String> words(String line) {
    return List.of(line.split("  +"));
  }

  @Test
  void showsWhatRuns() throws Exception {
    List<String> lines = lines("ps");
    assertEquals(
        List.of("CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"),
        words(lines.getFirst()));
    assertEquals(2, lines.size());
    assertTrue(
        lines
            .get(1)
            .matches(
                running.substring(0, 12) + " +alpine:3.20 +\"sleep 300\" +.* ago +Up .* +running"),
        lines.get(1));
    List<String> bare = lines("ps", "--noheading");
    assertEquals(1, bare.size());
    assertTrue(bare.getFirst().startsWith(running.substring(0, 12)), bare.getFirst());
  }

  @Test
  void showsAllTheNewestFirst() throws Exception {
    List<String> lines = lines("ps", "-a", "--no-trunc");
    assertEquals(List.of(running, ended, created), lines("ps", "-aq", "--no-trunc"));
    assertTrue(lines.get(2).contains("\"sh -c head -c 5000 /dev/zero >/five; exit 7\""));
    assertTrue(lines.get(2).contains("Exited (7) "), lines.get(2));
    assertTrue(lines("ps", "-a").get(2).contains("\"sh -c head -c 5000 …\""));
    assertTrue(lines.get(3).contains("   Created   "), lines.get(3));
    assertEquals(List.of(running.substring(0, 12)), lines("ps", "-l", "-q"));
    assertEquals(List.of(running, ended), lines("ps", "-n", "2", "-q", "--no-trunc"));
  }

  @Test
  void addsSizes() throws Exception {
    List<String> lines = lines("ps", "-a", "--size");
    assertEquals("SIZE", words(lines.getFirst()).getLast());
    assertTrue(lines.get(2).matches(".*  5kB \\(virtual [78].*MB\\)"), lines.get(2));
    assertTrue(lines("ps", "-a", "--format", "{{.Size}}").get(1).startsWith("5kB (virtual "));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name=running                        | running
          name=n                              | running ended
          name=^/ended$                       | ended
          name=en -f name=cr                  | ended created
          status=created                      | created
          status=exited                       | ended
          status=stopped                      | ended
          status=running                      | running
          status=dead                         |
          status=exited -f status=created     | ended created
          exited=7                            | ended
          exited=8                            |
          label=tier                          | created
          label=tier=app                      | created
          label=tier=app -f label=nope        |
          label!=tier                         | running ended
          ancestor=alpine:3.20                | running ended
          ancestor=base:1                     | created
          ancestor=team/app:2                 | created
          ancestor=none:1                     |
          before=running                      | ended created
          since=created                       | running ended
          until=10m                           |
          volume=/data                        | ended
          volume=/nowhere                     |
          network=host                        | running
          network=none                        | ended created
          health=none                         | running ended created
          health=healthy                      |
          is-task=false                       | running ended created
          is-task=true                        |
          """)
  void filters(String filters, String names) throws Exception {
    List<String> words = new ArrayList<>(List.of("ps", "-a", "--format", "{{.Names}}", "-f"));
    words.addAll(List.of(filters.split(" ")));
    assertEquals(names == null ? "" : names, String.join(" ", lines(words.toArray(new String[0]))));
  }

  @Test
  void filtersByIdAndByStateWithoutAll() throws Exception {
    assertEquals(List.of(ended), lines("ps", "-aq", "--no-trunc", "-f", "id=" + ended));
    assertEquals(
        List.of(ended), lines("ps", "-aq", "--no-trunc", "-f", "id=" + ended.substring(0, 12)));
    assertEquals(List.of(ended), lines("ps", "-q", "--no-trunc", "-f", "status=exited"));
    assertEquals(List.of(ended), lines("ps", "-q", "--no-trunc", "-f", "exited=7"));
    assertEquals(List.of(), lines("ps", "-q", "-f", "name=ended"));
  }

  @Test
  void printsByTemplate() throws Exception {
    assertEquals(
        List.of(
            "running " + ALPINE + " running host 0",
            "ended " + ALPINE + " exited none 7",
            "created team/app:2 created none 0"),
        lines(
            "ps",
            "-a",
            "--format",
            "{{.Names}} {{.Image}} {{.State}} {{.Networks}} {{.ExitCode}}"));
    List<String> table = lines("ps", "-a", "--format", "table {{.Names}}\\t{{.Label \"tier\"}}");
    assertEquals(List.of("NAMES     tier", "running   ", "ended     ", "created   app"), table);
    assertEquals(
        List.of("org.test.name=<app>,tier=app"),
        lines("ps", "-a", "-f", "name=created", "--format", "{{.Labels}}"));
    assertEquals(
        List.of("/tmp/nsbox-e2e…"),
        lines("ps", "-a", "-f", "name=ended", "--format", "{{.Mounts}}"));
  }

  @Test
  void printsOneJsonObjectALine() throws Exception {
    List<String> lines = lines("ps", "-a", "--format", "json");
    assertEquals(3, lines.size());
    var json = Json.parse(lines.get(1).getBytes(java.nio.charset.StandardCharsets.UTF_8), "line");
    assertEquals(
        "[Command, CreatedAt, ID, Image, Labels, LocalVolumes, Mounts, Names, Networks, Ports,"
            + " RunningFor, Size, State, Status]",
        json.members().keySet().toString());
    assertEquals("0B", json.string("Size"));
    assertTrue(json.string("CreatedAt").matches("20..-..-.. ..:..:.. \\+0000 UTC"));
  }

  @Test
  void sorts() throws Exception {
    String names = "{{.Names}}";
    assertEquals(
        List.of("created", "ended", "running"),
        lines("ps", "-a", "--sort", "names", "--format", names));
    assertEquals(
        List.of("created", "ended", "running"),
        lines("ps", "-a", "--sort", "created", "--format", names));
    assertEquals("ended", lines("ps", "-a", "--sort", "size", "--format", names).getLast());
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: containers cannot be sorted by colour\n  There are command, created, id, image,"
                + " names, runningfor, size, status.\n"),
        nsbox.run("ps", "--sort", "colour"));
  }

  @Test
  void refusesWhatIsNoFilter() throws Exception {
    assertEquals(
        new Result(
            125,
            "",
            "nsbox: filter \"status=asleep\": there are configured, created, dead, exited,"
                + " initialized, paused, removing, restarting, running, stopped, stopping, unknown\n"),
        nsbox.run("ps", "-f", "status=asleep"));
    assertEquals(
        new Result(125, "", "nsbox: filter \"exited=x\": expected an exit code\n"),
        nsbox.run("ps", "-f", "exited=x"));
    assertEquals(
        new Result(
            1, "", "nsbox: no container with name or ID \"gone\" found: no such container\n"),
        nsbox.run("ps", "-f", "before=gone"));
    assertEquals(125, nsbox.run("ps", "-f", "name=(").code());
    assertTrue(nsbox.run("ps", "-f", "colour=red").err().contains("no filter colour; there are"));
    Result both = nsbox.run("ps", "-q", "--format", "{{.Names}}").expect(0);
    assertEquals(running.substring(0, 12) + "\n", both.out());
    assertEquals("nsbox: --format is ignored, for --quiet prints IDs only\n", both.err());
  }
}

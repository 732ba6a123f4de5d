package nsbox.e2e.hard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Host;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;

/// What must hold whatever was done to containers before: the list is true, they can be started,
/// stopped and removed, and nothing is left of them.
abstract class HardTests extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  /// `ps -a` says who runs, and nobody else does. Who was killed may take a moment to end.
  final void theListIsTrue() throws Exception {
    String difference = "";
    for (int tries = 0; tries < 100; tries++) {
      difference = difference();
      if (difference.isEmpty()) {
        return;
      }
      Thread.sleep(100);
    }
    assertEquals("", difference, "ps -a and what is there");
  }

  private String difference() throws Exception {
    Result listed = nsbox.run("ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.Status}}");
    assertEquals(0, listed.code(), listed::toString);
    assertEquals("", listed.err());
    TreeMap<String, String> states = new TreeMap<>();
    TreeSet<String> up = new TreeSet<>();
    for (String line : listed.out().lines().toList()) {
      String id = line.split(" ")[0];
      states.put(id, line);
      if (line.contains(" Up ")) {
        up.add(id);
      }
    }
    TreeSet<String> alive = new TreeSet<>();
    for (String id : states.keySet()) {
      if (Killing.recorded(nsbox, nsbox.runRoot.resolve(id).resolve("process")).isPresent()) {
        alive.add(id);
      }
    }
    TreeSet<String> inCgroups = new TreeSet<>(withProcesses());
    return up.equals(alive) && up.equals(inCgroups)
        ? ""
        : states.values() + " but recorded processes live of " + alive + ", any of " + inCgroups;
  }

  /// IDs of the containers of this root that any process is in, by its cgroups.
  private List<String> withProcesses() throws IOException {
    List<String> ids = new ArrayList<>();
    for (String process : Host.processes(nsbox.folder)) {
      String pid = process.split(" ")[0];
      try {
        for (String line : Files.readAllLines(Path.of("/proc", pid, "cgroup"))) {
          int at = line.indexOf("/nsbox/");
          if (at >= 0 && Killing.lives(pid)) {
            ids.add(line.substring(at + 7).split("/")[0]);
          }
        }
      } catch (IOException e) {
        continue; // ended meanwhile
      }
    }
    return ids;
  }

  /// Each container can be looked at, started and stopped.
  final void everyContainerWorks() throws Exception {
    List<String> inspect = new ArrayList<>(List.of("inspect"));
    inspect.addAll(nsbox.containers());
    Result inspected = nsbox.run(inspect.toArray(new String[0]));
    for (String id : inspect.size() == 1 ? List.<String>of() : nsbox.containers()) {
      assertTrue(inspected.out().contains("\"Id\": \"" + id + "\""), () -> id + ": " + inspected);
    }
    works("start", "--all");
    works("stop", "-t", "0", "-a");
  }

  private void works(String... words) throws Exception {
    Result result = nsbox.run(words);
    assertEquals(0, result.code(), () -> List.of(words) + ": " + result);
    assertEquals("", result.err(), () -> List.of(words) + ": " + result);
  }

  /// All containers go, and one more command later there is nothing of any.
  final void everythingGoes() throws Exception {
    Result removed = nsbox.run("rm", "-f", "-a");
    assertEquals(0, removed.code(), removed::toString);
    assertEquals("", removed.err());
    assertEquals(new Result(0, "", ""), nsbox.run("ps", "-aq"));
    assertNothingLeft();
    assertEquals(List.of(), Nsbox.entries(nsbox.root.resolve("names")), "names");
  }

  /// What only those leave behind who were killed.
  final List<String> unfinished() throws IOException {
    List<String> found = new ArrayList<>();
    for (String folder : List.of("containers", "snapshots", "volumes", "ingest")) {
      for (String name : Nsbox.entries(nsbox.root.resolve(folder))) {
        if (name.startsWith(".") || folder.equals("ingest") && !name.equals("partial")) {
          found.add(folder + "/" + name);
        }
      }
    }
    return found;
  }

  /// An answer that a user can do something with: success, or a sentence of nsbox's.
  static void isClear(String what, Result result) {
    assertFalse(
        result.err().contains("internal error") || result.err().contains("Exception"),
        () -> what + ": " + result);
    if (result.code() == 125) {
      assertFalse(result.err().isBlank(), () -> what + ": " + result);
    }
  }

  /// For a report: what the run root has, and small files in it.
  final String dump() throws IOException {
    StringBuilder text = new StringBuilder();
    for (Path top : List.of(nsbox.runRoot, nsbox.root.resolve("containers"))) {
      if (!Files.isDirectory(top)) {
        continue;
      }
      try (Stream<Path> files = Files.walk(top, 2)) {
        for (Path file : files.sorted().toList()) {
          text.append(file);
          if (Files.isRegularFile(file) && Files.size(file) < 64) {
            String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            text.append(" = ").append(content.strip());
          }
          text.append('\n');
        }
      } catch (java.io.UncheckedIOException e) {
        text.append(e).append('\n');
      }
    }
    return text.toString();
  }
}

package nsbox.e2e.hard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.registry.Disk;
import nsbox.e2e.registry.Outside;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// No room left where containers are kept, or where they run: who needs room says so and leaves
/// nothing, who needs none works, and all works again once there is room.
final class FullDiskTest extends EndToEnd {
  private static final int MEBIBYTES = 64;

  private Disk disk;
  private Path root;
  private Path ballast;

  @BeforeEach
  void makeDisk() throws Exception {
    disk = Disk.ofMebibytes(MEBIBYTES);
    root = disk.path().resolve("root");
    ballast = disk.path().resolve("ballast");
    at("import", layout("alpine").toString()).expect(0);
  }

  @AfterEach
  void removeDisk() throws Exception {
    giveRoom();
    at("rm", "-f", "-a");
    disk.close();
  }

  private Nsbox.Running begin(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("nsbox"));
    command.addAll(List.of(words));
    return nsbox.start(Map.of("NSBOX_ROOT", root.toString()), command);
  }

  private Result at(String... words) throws Exception {
    return begin(words).finish();
  }

  /* To the last block, also of what root alone may use. */
  private void fill() throws IOException {
    byte[] block = new byte[1 << 20];
    try (var out =
        Files.newByteChannel(ballast, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int size = block.length; size >= 512; size /= 2) {
        try {
          while (true) {
            out.write(java.nio.ByteBuffer.wrap(block, 0, size));
          }
        } catch (IOException e) {
          continue; // full for pieces of this size
        }
      }
    }
    Outside.run("sync", "-f", disk.path().toString());
    Outside.attempt("dd", "if=/dev/zero", "of=" + ballast, "bs=1k", "oflag=append", "conv=notrunc");
  }

  private void giveRoom() throws IOException {
    Files.deleteIfExists(ballast);
    Outside.run("sync", "-f", disk.path().toString());
  }

  /// All that a failed command could have added.
  private Map<String, List<String>> state() throws IOException {
    Map<String, List<String>> state = new HashMap<>();
    for (String folder : List.of("containers", "names", "volumes", "snapshots")) {
      state.put(folder, Nsbox.entries(root.resolve(folder)));
    }
    for (String id : Nsbox.entries(root.resolve("containers"))) {
      List<String> files = new ArrayList<>(Nsbox.entries(root.resolve("containers").resolve(id)));
      files.remove("lock");
      state.put(id, files);
    }
    state.put("run", Nsbox.entries(nsbox.runRoot));
    return state;
  }

  /// Fails for want of room and leaves all as it was; works when there is room.
  private void needsRoom(String... words) throws Exception {
    fill();
    Map<String, List<String>> before = state();
    Result full = at(words);
    assertEquals(125, full.code(), full::toString);
    assertTrue(full.err().toLowerCase().contains("no space left on device"), full::err);
    assertTrue(!full.err().contains("internal error"), full::err);
    assertEquals(before, state(), full::toString);
    assertEquals(0, at("ps", "-a").code());
    giveRoom();
    Result again = at(words);
    assertEquals(0, again.code(), again::toString);
  }

  private void works(String... words) throws Exception {
    Result result = at(words);
    assertEquals(0, result.code(), () -> List.of(words) + ": " + result);
  }

  @Test
  void creates() throws Exception {
    needsRoom("create", "--name", "one", ALPINE, "true");
    needsRoom("run", "--name", "two", ALPINE, "true");
    needsRoom("run", "-d", "--name", "three", ALPINE, "sleep", "300");
    needsRoom("run", "--rm", ALPINE, "true");
    needsRoom("volume", "create", "data");
    needsRoom("run", "--name", "four", "-v", "more:/data", ALPINE, "true");
  }

  @Test
  void changes() throws Exception {
    works("run", "-d", "--name", "one", ALPINE, "sleep", "300");
    works("create", "--name", "two", ALPINE, "sleep", "300");
    Path large = nsbox.folder.resolve("large");
    Files.write(large, new byte[1 << 20]);
    needsRoom("commit", "one", "one:1");
    needsRoom("rename", "one", "uno");
    needsRoom("update", "--pids-limit", "100", "uno");
    needsRoom("update", "--pids-limit", "100", "two");
    needsRoom("start", "two");
    fill();
    for (String container : List.of("uno", "two")) {
      Result full = at("cp", large.toString(), container + ":/large");
      assertEquals(125, full.code(), full::toString);
      assertTrue(full.err().contains("no space left on device"), full::err);
      assertTrue(full.err().contains("large"), full::err);
      Result exec = at("exec", container, "sh", "-c", "[ ! -s /large ] && echo x");
      assertEquals(new Result(0, "x\n", ""), exec);
    }
    giveRoom();
    works("cp", large.toString(), "uno:/large");
    assertEquals("1048576\n", at("exec", "uno", "stat", "-c", "%s", "/large").out());
  }

  @Test
  void endsAndRemoves() throws Exception {
    works("run", "-d", "--name", "one", ALPINE, "sleep", "300");
    works("run", "-d", "--name", "two", ALPINE, "sleep", "300");
    works("run", "-d", "--name", "three", ALPINE, "sh", "-c", "sleep 1; exit 3");
    works("run", "-d", "--rm", "--name", "four", ALPINE, "sleep", "300");
    works("create", "--name", "five", ALPINE, "sleep", "300");
    fill();
    works("exec", "one", "true");
    works("pause", "one");
    works("unpause", "one");
    works("stop", "-t", "0", "one");
    String all = at("ps", "-a").expect(0).out();
    assertTrue(all.contains("Exited"), all);
    works("kill", "four");
    for (String name : List.of("two", "three", "one", "five")) {
      works("rm", "-f", name);
    }
    Nsbox.await("the end", () -> Nsbox.entries(nsbox.runRoot).isEmpty());
    assertEquals(new Result(0, "", ""), at("ps", "-aq"));
    assertEquals(List.of(), Nsbox.entries(root.resolve("containers")));
    assertEquals(List.of(), Nsbox.entries(root.resolve("names")));
  }

  /// The container is not held up. What did not fit is lost, in whole records.
  @Test
  void logs() throws Exception {
    String id =
        at(
                "run",
                "-d",
                "--name",
                "one",
                ALPINE,
                "sh",
                "-c",
                "i=0; while :; do echo $i; i=$((i+1)); sleep 0.01; done")
            .out()
            .strip();
    Thread.sleep(500);
    fill();
    Path log = root.resolve("containers").resolve(id).resolve("log");
    Nsbox.await(
        "a full disk",
        () -> {
          long before = Files.size(log);
          Thread.sleep(1000);
          return Files.size(log) == before;
        });
    long last = lastLogged();
    works("exec", "one", "true");
    giveRoom();
    Nsbox.await("more of the log", () -> lastLogged() > last + 5);
    long before = -1;
    for (String line : at("logs", "one").expect(0).out().lines().toList()) {
      assertTrue(Long.parseLong(line) > before, line);
      before = Long.parseLong(line);
    }
    for (String line : Files.readAllLines(log)) {
      assertTrue(line.startsWith("{\"log\":") && line.endsWith("}"), line);
    }
    works("stop", "-t", "0", "one");
  }

  private long lastLogged() throws Exception {
    return Long.parseLong(at("logs", "one").expect(0).out().lines().toList().getLast());
  }

  @Test
  void runRoot() throws Exception {
    works("create", "--name", "one", ALPINE, "sleep", "300");
    Path small = Files.createDirectory(nsbox.folder.resolve("small"));
    Path run = small.resolve("run");
    Outside.run("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", small.toString());
    try {
      Map<String, String> there =
          Map.of("NSBOX_ROOT", root.toString(), "NSBOX_RUN_ROOT", run.toString());
      Path filler = small.resolve("filler");
      for (List<String> words :
          List.of(
              List.of("run", "--name", "two", ALPINE, "true"),
              List.of("run", "-d", "--name", "three", ALPINE, "sleep", "300"),
              List.of("create", "--name", "four", ALPINE, "true"),
              List.of("start", "one"))) {
        List<String> command = new ArrayList<>(List.of("nsbox"));
        command.addAll(words);
        String name = words.contains("--name") ? words.get(words.indexOf("--name") + 1) : "one";
        int failed = 0;
        List<String> running = Nsbox.entries(run);
        for (int free = 0; free <= 32768; free += 4096) {
          Outside.attempt("dd", "if=/dev/zero", "of=" + filler, "bs=4k");
          Outside.run("truncate", "-s", "-" + free, filler.toString());
          Result full = nsbox.start(there, command).finish();
          Files.deleteIfExists(filler);
          if (full.code() == 0) {
            break; // it was enough
          }
          failed++;
          assertEquals(125, full.code(), full::toString);
          assertTrue(full.err().toLowerCase().contains("no space left on device"), full::err);
          nsbox.start(there, List.of("nsbox", "ps", "-a")).finish().expect(0);
          assertEquals(running, Nsbox.entries(run), full::toString);
          /* One that was made and did not start is kept, as ever. */
          if (!name.equals("one")) {
            nsbox.start(there, List.of("nsbox", "rm", "-f", name)).finish().expect(0);
          }
        }
        assertTrue(failed > 0, words::toString);
        nsbox.start(there, List.of("nsbox", "rm", "-f", name)).finish().expect(0);
        if (!name.equals("one")) {
          Result again = nsbox.start(there, command).finish();
          assertEquals(0, again.code(), again::toString);
        }
      }
      nsbox.start(there, List.of("nsbox", "rm", "-f", "-a")).finish().expect(0);
      assertEquals(List.of(), Nsbox.entries(run));
    } finally {
      Outside.run("umount", "--lazy", small.toString());
    }
  }
}

package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Callers who do not know of each other.
final class AtOnceTest extends RealImageTests {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @BeforeEach
  void sleeper() throws Exception {
    command("sleep", "300");
  }

  @Test
  void manyCreateWithoutAFailure() throws Exception {
    List<Running> creates = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      creates.add(start(Map.of(), "create", "-b", bundle().toString(), newId()));
    }
    for (Running create : creates) {
      assertEquals(new Result(0, "", ""), create.finish(LIMIT));
    }
    assertEquals(25, runtime("list", "-q").expect(0).out().lines().count());
  }

  @Test
  void oneOfManyGetsTheSameName() throws Exception {
    String id = newId();
    List<Running> creates = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      creates.add(start(Map.of(), "create", "-b", bundle().toString(), id));
    }
    int made = 0;
    for (Running create : creates) {
      Result result = create.finish(LIMIT);
      made += result.code() == 0 ? 1 : 0;
      assertTrue(
          result.code() == 0
              || result.err().contains("container with id " + id + " already exists"),
          result.toString());
    }
    assertEquals(1, made);
  }

  /* Either comes first; nothing stays in either case. */
  @Test
  void deleteWhileOthersCreate() throws Exception {
    for (int milliseconds = 0; milliseconds < 300; milliseconds += 30) {
      String id = newId();
      Running create = start(Map.of(), "create", "-b", bundle().toString(), id);
      Thread.sleep(milliseconds);
      assertEquals(new Result(0, "", ""), runtime("delete", "--force", id));
      create.finish(LIMIT);
      assertEquals(new Result(0, "", ""), runtime("delete", "--force", id));
      assertEquals(List.of(), Nsbox.entries(root()), "deleted after " + milliseconds + " ms");
    }
  }

  /* The number of a process that has ended is given to another one in time. */
  @Test
  void doNotMeetAnotherProcessOfTheSameNumber() throws Exception {
    Process other = new ProcessBuilder("sleep", "300").start();
    try {
      String id = running();
      Path file = root().resolve(id).resolve("process");
      String was = Files.readString(file);
      Files.writeString(file, other.pid() + " 1\n");
      assertTrue(runtime("state", id).out().contains("\"status\": \"stopped\""));
      refused("container not running", "kill", id, "KILL");
      assertTrue(other.isAlive());
      Files.writeString(file, was);
      assertEquals(new Result(0, "", ""), runtime("delete", "--force", id));
      assertTrue(other.isAlive());
    } finally {
      other.destroyForcibly().waitFor();
    }
  }
}

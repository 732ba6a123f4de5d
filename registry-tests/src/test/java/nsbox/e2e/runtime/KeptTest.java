package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;

/// How containers end, and what stays of them.
final class KeptTest extends RealImageTests {
  private JsonObject state(String id) throws Exception {
    Result result = runtime("state", id).expect(0);
    return Json.parse(result.out().getBytes(java.nio.charset.StandardCharsets.UTF_8), "state");
  }

  @Test
  void keepsWhatHasEndedUntilItIsDeleted() throws Exception {
    command("sh", "-c", "echo hi; exit 3");
    String id = newId();
    assertEquals(
        new Result(3, "hi\n", ""), runtime("run", "--keep", "-b", bundle().toString(), id));
    assertEquals("stopped", state(id).string("status"));
    assertEquals(0, state(id).number("pid"));
    refused("container not running", "kill", id);
    refused("cannot start a container that has stopped", "start", id);
    assertEquals(
        new Result(255, "", "nsbox-runtime: cannot exec in a stopped container\n"),
        runtime("exec", id, "true"));
    assertEquals(1, runtime("run", "-b", bundle().toString(), id).code());
    assertEquals(new Result(0, "", ""), runtime("delete", id));
    refused("container does not exist: " + id, "state", id);
  }

  @Test
  void deletesWhatItHasRunOtherwise() throws Exception {
    command("true");
    String id = newId();
    assertEquals(new Result(0, "", ""), runtime("run", "-b", bundle().toString(), id));
    assertEquals(List.of(), Nsbox.entries(root()));
  }

  @Test
  void endsWithTheSignalThatEndedTheContainer() throws Exception {
    command("sleep", "300");
    String id = newId();
    Running run = start(Map.of(), "run", "-b", bundle().toString(), id);
    Nsbox.await("it runs", () -> runtime("state", id).out().contains("\"running\""));
    assertEquals(new Result(0, "", ""), runtime("kill", id, "KILL"));
    assertEquals(137, run.finish().code());
  }

  /* As runc, of which engines know it. */
  @Test
  void endsWhatWasOnlyCreated() throws Exception {
    command("sleep", "300");
    String id = newId();
    runtime("create", "-b", bundle().toString(), id).expect(0);
    assertEquals("created", state(id).string("status"));
    assertEquals(new Result(0, "", ""), runtime("kill", id, "KILL"));
    Nsbox.await("its end", () -> state(id).string("status").equals("stopped"));
    refused("cannot start a container that has stopped", "start", id);
    assertEquals(new Result(0, "", ""), runtime("delete", id));
  }

  @Test
  void startsOnceHoweverOftenItIsAsked() throws Exception {
    command("sleep", "300");
    String id = newId();
    runtime("create", "-b", bundle().toString(), id).expect(0);
    Running one = start(Map.of(), "start", id);
    Running two = start(Map.of(), "start", id);
    List<Result> results = List.of(one.finish(), two.finish());
    Result refused =
        new Result(1, "", "nsbox-runtime: cannot start an already running container\n");
    assertTrue(results.contains(new Result(0, "", "")), results.toString());
    assertTrue(results.contains(refused), results.toString());
    assertEquals("running", state(id).string("status"));
  }

  @Test
  void isDeletedOnceHoweverOftenItIsAsked() throws Exception {
    command("sleep", "300");
    String id = newId();
    runtime("create", "-b", bundle().toString(), id).expect(0);
    Running one = start(Map.of(), "delete", "--force", id);
    Running two = start(Map.of(), "delete", "--force", id);
    assertEquals(new Result(0, "", ""), one.finish());
    assertEquals(new Result(0, "", ""), two.finish());
    assertEquals(List.of(), Nsbox.entries(root()));
  }

  @Test
  void isDeletedWhateverBecameOfItsMaking() throws Exception {
    command("sleep", "300");
    for (int milliseconds = 0; milliseconds < 400; milliseconds += 25) {
      String id = newId();
      Running create = start(Map.of(), "create", "-b", bundle().toString(), id);
      Thread.sleep(milliseconds);
      Nsbox.sendKill(create.process().pid());
      create.process().waitFor();
      Result deleted = runtime("delete", "--force", id);
      assertEquals(new Result(0, "", ""), deleted, "killed after " + milliseconds + " ms");
      assertEquals(List.of(), Nsbox.entries(root()), "killed after " + milliseconds + " ms");
    }
  }
}

package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// What follows a `create` needs no JVM where all goes as engines expect. Shown by a distribution
/// that has none: whatever works there is the C side's alone.
final class WithoutPlannerTest extends RealImageTests {
  private Result withoutPlanner(String... words) throws Exception {
    Path program = nsbox.folder.resolve("bare/bin/nsbox-runtime");
    if (!Files.exists(program)) {
      Files.createDirectories(program.getParent());
      Files.copy(Nsbox.HOME.resolve("bin/nsbox-runtime"), program);
    }
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(words));
    return nsbox.start(Map.of(), command).finish();
  }

  private static void assertAsksForOne(Result result) {
    assertEquals(125, result.code());
    assertTrue(result.err().contains("cannot start the planner"), result.err());
  }

  private String created() throws Exception {
    command("sleep", "300");
    String id = newId();
    runtime("create", "-b", bundle().toString(), id).expect(0);
    return id;
  }

  @Test
  void startsAndDeletes() throws Exception {
    String id = created();
    String log = nsbox.folder.resolve("log").toString();
    String root = root().toString();
    assertEquals(
        new Result(0, "", ""),
        withoutPlanner("--root", root, "--log", log, "--log-format=json", "start", id));
    assertTrue(runtime("state", id).out().contains("\"running\""));
    assertEquals("", Files.readString(Path.of(log)));
    assertEquals(new Result(0, "", ""), withoutPlanner("--root=" + root, "delete", "--force", id));
    assertFalse(Files.exists(root().resolve(id)));
  }

  @Test
  void deletesWhatHasEndedAndWhatIsOnlyCreated() throws Exception {
    String ended = created();
    assertEquals(new Result(0, "", ""), runtime("kill", ended, "KILL"));
    String only = created();
    for (String id : List.of(ended, only)) {
      assertEquals(
          new Result(0, "", ""), withoutPlanner("--root", root().toString(), "delete", id));
      assertFalse(Files.exists(root().resolve(id)));
    }
  }

  @Test
  void deletesWhatIsPaused() throws Exception {
    command("sleep", "300");
    String id = running();
    runtime("pause", id).expect(0);
    assertEquals(
        new Result(0, "", ""), withoutPlanner("--root", root().toString(), "delete", "-f", id));
    assertFalse(Files.exists(root().resolve(id)));
  }

  @Test
  void leavesWhatIsNotPlainToThePlanner() throws Exception {
    String root = root().toString();
    String id = created();
    assertAsksForOne(withoutPlanner("--root", root, "start", "--help", id));
    assertAsksForOne(withoutPlanner("--root", root, "--debug", "start", id));
    assertAsksForOne(withoutPlanner("--root", root, "--log-format", "xml", "start", id));
    assertAsksForOne(withoutPlanner("--root", root, "start", "../" + id));
    assertAsksForOne(withoutPlanner("--root", root, "start", "none"));
    assertAsksForOne(withoutPlanner("--root", root, "delete", id, "more"));
    assertTrue(runtime("state", id).out().contains("\"created\""));
    runtime("start", id).expect(0);
    assertAsksForOne(withoutPlanner("--root", root, "start", id));
    assertAsksForOne(withoutPlanner("--root", root, "delete", id));
    assertTrue(runtime("state", id).out().contains("\"running\""));
    refused("cannot start an already running container", "start", id);
    refused("cannot delete container " + id + " that is not stopped: running", "delete", id);
    assertTrue(runtime("state", id).out().contains("\"running\""));
  }
}

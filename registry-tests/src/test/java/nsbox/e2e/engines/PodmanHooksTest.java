package nsbox.e2e.engines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import org.junit.jupiter.api.Test;

/// Hooks of all stages, which podman reads from a folder.
final class PodmanHooksTest extends PodmanTests {
  private static final List<String> STAGES =
      List.of(
          "prestart",
          "createRuntime",
          "createContainer",
          "startContainer",
          "poststart",
          "poststop");

  @Override
  boolean jsonLog() {
    return true;
  }

  /// A hook of one stage, which runs a script with `sh`, on the host as in the container.
  private static void hook(Path folder, String stage, String script) throws Exception {
    Files.writeString(
        Files.createDirectories(folder).resolve(stage + ".json"),
        """
        {"version": "1.0.0", "when": {"always": true}, "stages": ["%s"],
         "hook": {"path": "/bin/sh", "args": ["sh", "-c", "%s"]}}
        """
            .formatted(stage, script));
  }

  private Result runWithHooks(Path hooks, String script) throws Exception {
    String[] line =
        running("--rm", "-v", host.folder + ":/v", EngineHost.IMAGE, "sh", "-c", script);
    String[] all = new String[line.length + 1];
    all[0] = "--hooks-dir=" + hooks;
    System.arraycopy(line, 0, all, 1, line.length);
    return call(all);
  }

  @Test
  void runsThemInTheOrderOfTheirStages() throws Exception {
    Path hooks = host.folder.resolve("hooks");
    for (String stage : STAGES) {
      /* What is the host's folder is a volume to the container. */
      String target = stage.equals("startContainer") ? "/v" : host.folder.toString();
      hook(
          hooks,
          stage,
          "cat > %s/state-%s; echo %s >> %s/order".formatted(target, stage, stage, target));
    }
    assertEquals(
        new Result(0, "main\n", ""), runWithHooks(hooks, "echo main; echo main >> /v/order"));
    Path order = host.folder.resolve("order");
    Nsbox.await("poststop", () -> Files.readString(order).contains("poststop"));
    /* Nothing orders poststart and the program; runc has it run before startContainer, even. */
    List<String> ran = new ArrayList<>(Files.readAllLines(order));
    assertTrue(ran.indexOf("poststart") > 2 && ran.indexOf("poststart") < 6, ran.toString());
    ran.remove("poststart");
    assertEquals(
        List.of(
            "prestart", "createRuntime", "createContainer", "startContainer", "main", "poststop"),
        ran);
    for (String stage : STAGES) {
      String state = Files.readString(host.folder.resolve("state-" + stage));
      assertTrue(state.matches("(?s).*\"id\": ?\"[0-9a-f]{64}\".*"), stage + ": " + state);
      assertTrue(state.contains("\"status\""), stage + ": " + state);
    }
  }

  @Test
  void makesNoContainerWhoseHookFails() throws Exception {
    for (String stage : STAGES.subList(0, 4)) {
      Path hooks = host.folder.resolve("failing-" + stage);
      hook(hooks, stage, "exit 9");
      Result result = runWithHooks(hooks, "echo main >> /v/ran");
      assertNotEquals(0, result.code(), stage);
      assertTrue(result.err().contains("hook"), stage + ": " + result);
      assertEquals("", call("ps", "-aq").expect(0).out(), stage);
    }
    assertTrue(Files.notExists(host.folder.resolve("ran")));
  }
}

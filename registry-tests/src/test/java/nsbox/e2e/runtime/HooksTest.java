package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Hooks of all six kinds: when they run, where, and with which state.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#posix-platform-hooks
final class HooksTest extends RuntimeTests {
  private Path notes;

  @BeforeEach
  void makeNotes() throws Exception {
    notes = Files.createTempDirectory(nsbox.folder, "notes");
  }

  /// A script that keeps its state, where it ran, and when.
  private String note(String kind) {
    return "cat > %1$s/%2$s; hostname > %1$s/%2$s.host; env | sort > %1$s/%2$s.env; echo %2$s >> %1$s/order"
        .formatted(notes, kind);
  }

  private JsonObject noted(String kind) throws Exception {
    return Json.parse(Files.readAllBytes(notes.resolve(kind)), kind);
  }

  private String text(String name) throws Exception {
    return Files.readString(notes.resolve(name), StandardCharsets.UTF_8).strip();
  }

  @Test
  void runAtTheirTimesWithTheStateOfThatTime() throws Exception {
    Bundle bundle = bundle().script("echo started >> /notes/order; exec sleep 30");
    bundle.bind(notes, "/notes").config().put("hostname", "inside");
    for (String kind :
        List.of("prestart", "createRuntime", "createContainer", "poststart", "poststop")) {
      bundle.hook(kind, note(kind));
    }
    /* The path of this one is the container's. */
    bundle.hook(
        "startContainer",
        new JsonObject()
            .put("path", "/bin/sh")
            .put(
                "args",
                List.of(
                    "sh",
                    "-c",
                    "cat > /notes/startContainer; echo startContainer >> /notes/order; env | sort > /notes/startContainer.env")));
    runtime("create", "-b", bundle.write().toString(), id("six")).expect(0);
    assertEquals(
        List.of("prestart", "createRuntime", "createContainer"),
        Files.readAllLines(notes.resolve("order")));
    long pid = state("six").number("pid");
    runtime("start", id("six")).expect(0);
    Nsbox.await(
        "the program", () -> Files.readAllLines(notes.resolve("order")).contains("started"));
    runtime("delete", "--force", id("six")).expect(0);

    assertEquals(
        List.of("prestart", "createRuntime", "createContainer", "startContainer"),
        Files.readAllLines(notes.resolve("order")).subList(0, 4));
    assertEquals("poststop", Files.readAllLines(notes.resolve("order")).getLast());
    for (String kind : List.of("prestart", "createRuntime", "poststart")) {
      assertEquals(pid, noted(kind).number("pid"), kind);
      assertEquals(bundle.folder().toString(), noted(kind).string("bundle"), kind);
      assertEquals(id("six"), noted(kind).string("id"), kind);
    }
    for (String kind : List.of("createContainer", "startContainer")) {
      assertEquals(1, noted(kind).number("pid"), kind + " sees the pid of the container");
    }
    assertEquals("creating", noted("createRuntime").string("status"));
    assertEquals("creating", noted("createContainer").string("status"));
    assertEquals("created", noted("startContainer").string("status"));
    assertEquals("running", noted("poststart").string("status"));
    assertEquals("stopped", noted("poststop").string("status"));
    assertFalse(noted("poststop").has("pid"));
  }

  @Test
  void haveNoEnvironmentButTheirOwn() throws Exception {
    Bundle bundle = bundle().arguments("true").bind(notes, "/notes");
    bundle.process().put("env", List.of("PATH=/bin", "OWN=program"));
    JsonObject shell =
        new JsonObject()
            .put("path", "/bin/sh")
            .put("args", List.of("sh", "-c", "/bin/cat /proc/self/environ > " + notes + "/bare"));
    bundle.hook("createRuntime", shell);
    bundle.hook(
        "createRuntime",
        new JsonObject()
            .put("path", "/bin/sh")
            .put("env", List.of("A=b"))
            .put("args", List.of("sh", "-c", "/usr/bin/env > " + notes + "/given")));
    bundle.hook(
        "startContainer",
        new JsonObject()
            .put("path", "/bin/sh")
            .put("args", List.of("sh", "-c", "env > /notes/inherited")));
    run(bundle, "env").expect(0);
    assertFalse(text("bare").contains("HOME"), text("bare"));
    assertFalse(text("bare").contains("NSBOX"), text("bare"));
    assertTrue(text("given").contains("A=b"), text("given"));
    assertTrue(text("inherited").contains("OWN=program"), text("inherited"));
  }

  @Test
  void failingOnesOfTheRuntimeStopTheContainer() throws Exception {
    for (String kind : List.of("prestart", "createRuntime", "createContainer")) {
      Bundle bundle =
          bundle()
              .script("echo ran > /notes/ran")
              .bind(notes, "/notes")
              .hook(kind, "true")
              .hook(kind, "echo of no use >&2; exit 3")
              .hook("poststop", "echo " + kind + " >> " + notes + "/after");
      Result result = runtime("create", "-b", bundle.write().toString(), id(kind)).expect(1);
      assertTrue(
          result
              .err()
              .contains(
                  "error running " + kind + " hook #1, /bin/sh: exit status 3, output: of no use"),
          result.err());
      assertEquals(List.of(), Nsbox.entries(root()), kind);
      assertFalse(Files.exists(notes.resolve("ran")), kind);
    }
    assertEquals(
        List.of("prestart", "createRuntime", "createContainer"),
        Files.readAllLines(notes.resolve("after")),
        "poststop hooks of containers that were never made");
  }

  @Test
  void aFailingPoststartEndsTheContainer() throws Exception {
    Bundle bundle = bundle().arguments("sleep", "30").hook("poststart", "exit 9");
    runtime("create", "-b", bundle.write().toString(), id("poststart")).expect(0);
    Result result = runtime("start", id("poststart")).expect(1);
    assertTrue(result.err().contains("poststart hook #0, /bin/sh: exit status 9"), result.err());
    assertEquals("stopped", state("poststart").string("status"));
  }

  @Test
  void aFailingPoststopIsOnlySaid() throws Exception {
    Bundle bundle =
        bundle()
            .arguments("true")
            .hook("poststop", "echo alas; exit 4")
            .hook("poststop", "touch " + notes + "/second");
    runtime("create", "-b", bundle.write().toString(), id("poststop")).expect(0);
    Result result = runtime("delete", id("poststop")).expect(0);
    assertEquals("warning: hook: exit status 4, output: alas\n", result.err());
    assertTrue(Files.exists(notes.resolve("second")));
  }

  @Test
  void areEndedWhenTheirTimeIsOver() throws Exception {
    Bundle bundle =
        bundle()
            .arguments("true")
            .hook(
                "createRuntime",
                new JsonObject()
                    .put("path", "/bin/sleep")
                    .put("args", List.of("sleep", "60"))
                    .put("timeout", 1L));
    long start = System.nanoTime();
    Result result = run(bundle, "slow").expect(1);
    assertTrue(System.nanoTime() - start < 20_000_000_000L);
    assertTrue(
        result.err().contains("createRuntime hook #0, /bin/sleep: timeout reached"), result.err());
  }

  @Test
  void oneThatIsNotThereIsNamed() throws Exception {
    Bundle bundle =
        bundle().arguments("true").hook("createRuntime", new JsonObject().put("path", "/no/hook"));
    Result result = run(bundle, "absent").expect(1);
    assertTrue(result.err().contains("createRuntime hook #0, /no/hook"), result.err());
    assertTrue(result.err().contains("No such file or directory"), result.err());
  }

  @Test
  void aFailingStartContainerEndsTheContainerBeforeItsProgram() throws Exception {
    Bundle bundle =
        bundle()
            .script("touch /notes/ran")
            .bind(notes, "/notes")
            .hook(
                "startContainer",
                new JsonObject().put("path", "/bin/sh").put("args", List.of("sh", "-c", "exit 5")));
    Result result = run(bundle, "start").expect(1);
    assertTrue(
        result.err().contains("startContainer hook #0, /bin/sh: exit status 5"), result.err());
    assertFalse(Files.exists(notes.resolve("ran")));
  }
}

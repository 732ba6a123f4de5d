package nsbox.e2e.runtime.attacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import nsbox.e2e.layers.Canary;
import nsbox.e2e.runtime.Bundle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// What the attacks on `nsbox-runtime` share: hostile bundles, a canary that none of them may
/// touch, and the promise that nothing of them stays.
///
/// Each test is of one attack that a runtime once fell for, and fails where its guard is taken out:
/// runtime/SECURITY.md has both.
abstract class AttackTests extends EndToEnd {
  private static final String PREFIX = "attack-" + ProcessHandle.current().pid() + "-";

  protected Canary canary;

  private Path attack;
  private byte[] spec;
  private int bundles;

  @Override
  protected final void prepare() throws Exception {
    Path source = nsbox.folder.resolve("attack.c");
    try (var text = AttackTests.class.getResourceAsStream("attack.c")) {
      Files.copy(text, source);
    }
    attack = nsbox.folder.resolve("attack");
    call(
            program("musl-gcc"),
            "-static",
            "-Os",
            "-Wall",
            "-Werror",
            "-o",
            attack.toString(),
            source.toString())
        .expect(0);
    Path folder = Files.createDirectory(nsbox.folder.resolve("spec"));
    call("nsbox-runtime", "spec", "-b", folder.toString()).expect(0);
    spec = Files.readAllBytes(folder.resolve("config.json"));
  }

  @BeforeEach
  final void makeCanary() throws IOException {
    canary = new Canary(Files.createTempDirectory(nsbox.folder, "host").resolve("canary"));
  }

  @AfterEach
  final void nothingHasReachedTheHost() throws Exception {
    for (String id : Nsbox.entries(root())) {
      runtime("delete", "--force", id).expect(0);
    }
    canary.assertUntouched();
    assertEquals(List.of(), Nsbox.entries(root()), "files of containers");
  }

  /// Fresh, with the configuration that `nsbox-runtime spec` writes.
  protected final Bundle bundle() throws IOException {
    return new Bundle(
        nsbox.folder.resolve("bundle-" + ++bundles), Path.of(program("busybox")), spec);
  }

  /// The program of attack.c.
  protected final Path attack() {
    return attack;
  }

  private Path root() {
    return nsbox.folder.resolve("runtime");
  }

  /// A name that no other container has; of the last bundle.
  protected final String id() {
    return PREFIX + bundles;
  }

  protected final Running startRuntime(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("nsbox-runtime", "--root", root().toString()));
    command.addAll(List.of(words));
    return nsbox.start(Map.of(), command);
  }

  protected final Result runtime(String... words) throws Exception {
    return startRuntime(words).finish();
  }

  protected final Result call(String... words) throws Exception {
    return nsbox.start(Map.of(), List.of(words)).finish();
  }

  /// Runs a script whose `runtime` is `nsbox-runtime` with the root of these tests.
  protected final Result script(String script) throws Exception {
    return nsbox.sh("runtime() { nsbox-runtime --root " + root() + " \"$@\"; }; " + script);
  }

  protected final Result run(Bundle bundle) throws Exception {
    return runtime("run", "-b", bundle.write().toString(), id());
  }

  /// Starts what runs until it is deleted, which happens by itself after a test.
  protected final void runDetached(Bundle bundle) throws Exception {
    runtime("run", "--detach", "-b", bundle.write().toString(), id()).expect(0);
  }

  protected final void prints(String expected, Bundle bundle) throws Exception {
    assertEquals(new Result(0, expected, ""), run(bundle));
  }

  /// The container does not start, and what is said names the reason.
  protected final void isRefused(String reason, Result result) {
    assertNotEquals(0, result.code(), result.toString());
    assertEquals("", result.out());
    assertTrue(
        result.err().startsWith("nsbox-runtime: ") && result.err().contains(reason),
        () -> result.toString());
    assertTrue(!result.err().contains("internal error"), result.err());
  }
}

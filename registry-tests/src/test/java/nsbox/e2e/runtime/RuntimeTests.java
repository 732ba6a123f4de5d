package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.AfterEach;

/// What the tests of `nsbox-runtime` share: bundles, a root of its own, and that nothing of a
/// container stays in it.
public abstract class RuntimeTests extends EndToEnd {
  private byte[] spec;
  private int bundles;

  @Override
  protected void prepare() throws Exception {
    Path folder = Files.createDirectory(nsbox.folder.resolve("spec"));
    call("nsbox-runtime", "spec", "-b", folder.toString()).expect(0);
    spec = Files.readAllBytes(folder.resolve("config.json"));
  }

  @AfterEach
  final void nothingOfTheContainersStays() throws Exception {
    for (String id : Nsbox.entries(root())) {
      runtime("delete", "--force", id).expect(0);
    }
    assertEquals(List.of(), Nsbox.entries(root()), "files of containers");
    Result cgroups = nsbox.sh("find /sys/fs/cgroup -type d -name '" + id("*") + "'");
    assertEquals("", cgroups.out(), "cgroups of containers");
  }

  /// Fresh, with the configuration that `nsbox-runtime spec` writes, but nothing to drop.
  protected final Bundle bundle() throws IOException {
    return new Bundle(
        nsbox.folder.resolve("bundle-" + ++bundles), Path.of(program("busybox")), spec);
  }

  protected final Path root() {
    return nsbox.folder.resolve("runtime");
  }

  /// A name that no container of another run has.
  protected final String id(String name) {
    return "rt-" + ProcessHandle.current().pid() + "-" + name;
  }

  protected final List<String> command(String... words) {
    List<String> command = new ArrayList<>(List.of("nsbox-runtime", "--root", root().toString()));
    command.addAll(List.of(words));
    return command;
  }

  protected final Running startRuntime(String... words) throws IOException {
    return nsbox.start(Map.of(), command(words));
  }

  protected final Result runtime(String... words) throws Exception {
    return startRuntime(words).finish();
  }

  protected final Result call(String... words) throws Exception {
    return nsbox.start(Map.of(), List.of(words)).finish();
  }

  protected final Result run(Bundle bundle, String name) throws Exception {
    return runtime("run", "-b", bundle.write().toString(), id(name));
  }

  /// Creates and starts.
  protected final void start(Bundle bundle, String name) throws Exception {
    runtime("run", "--detach", "-b", bundle.write().toString(), id(name)).expect(0);
  }

  protected final JsonObject state(String name) throws Exception {
    Result result = runtime("state", id(name)).expect(0);
    return Json.parse(result.out().getBytes(java.nio.charset.StandardCharsets.UTF_8), "state");
  }

  /// Writes a script that is a resource of these tests into their folder.
  protected final Path script(String name) throws IOException {
    Path file = nsbox.folder.resolve(name);
    if (!Files.exists(file)) {
      try (var in = RuntimeTests.class.getResourceAsStream(name)) {
        Files.copy(in, file);
      }
    }
    return file;
  }
}

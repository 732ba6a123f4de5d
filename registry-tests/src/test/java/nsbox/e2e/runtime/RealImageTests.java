package nsbox.e2e.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.AfterEach;

/// What those tests of `nsbox-runtime` share that run a real image.
abstract class RealImageTests extends EndToEnd {
  private final List<String> ids = new ArrayList<>();

  @Override
  protected void prepare() throws Exception {
    importAlpine();
    nsbox.run("bundle", ALPINE, bundle().toString()).expect(0);
  }

  final Path bundle() {
    return nsbox.folder.resolve("bundle");
  }

  /// An ID that no other container of the host has.
  final String newId() {
    String id = "nsbox-rt-" + ProcessHandle.current().pid() + "-" + ids.size();
    ids.add(id);
    return id;
  }

  final JsonObject config() throws IOException {
    Path file = bundle().resolve("config.json");
    return Json.parse(Files.readAllBytes(file), file.toString());
  }

  final void write(JsonObject config) throws IOException {
    Files.write(bundle().resolve("config.json"), Json.bytes(config));
  }

  final void command(String... words) throws IOException {
    JsonObject config = config();
    config.put("process", config.object("process").put("args", List.of(words)));
    write(config);
  }

  final Running start(Map<String, String> environment, String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("nsbox-runtime", "--root", root().toString()));
    command.addAll(List.of(words));
    return nsbox.start(environment, command);
  }

  final Result runtime(String... words) throws Exception {
    return start(Map.of(), words).finish();
  }

  final Path root() {
    return nsbox.folder.resolve("runtime");
  }

  /// Runs detached; the container's streams are files, as this process reads its own to the end.
  final String running() throws Exception {
    String id = newId();
    assertEquals(
        new Result(0, "", ""), runtime("run", "-d", "-b", bundle().toString(), id), "run -d");
    return id;
  }

  final JsonObject stored(String id) throws IOException {
    Path file = root().resolve(id).resolve("config.json");
    return Json.parse(Files.readAllBytes(file), file.toString());
  }

  /// What a file of a container's cgroup holds, by version of cgroups.
  final String cgroup(String id, String controller, String version1, String version2)
      throws IOException {
    Path file = root().resolve(id).resolve("state.json");
    Map<String, String> paths =
        Json.parse(Files.readAllBytes(file), file.toString()).stringMap("cgroup_paths");
    boolean unified = !paths.containsKey(controller);
    Path folder = Path.of(paths.get(unified ? "" : controller));
    return Files.readString(folder.resolve(unified ? version2 : version1)).strip();
  }

  /// The error of a command that failed as all of them fail.
  final void refused(String message, String... words) throws Exception {
    assertEquals(new Result(1, "", "nsbox-runtime: " + message + "\n"), runtime(words));
  }

  @AfterEach
  final void deleteContainers() throws Exception {
    for (String id : ids) {
      assertEquals(new Result(0, "", ""), runtime("delete", "--force", id));
    }
    ids.clear();
    if (Files.isDirectory(root())) {
      assertEquals(List.of(), Nsbox.entries(root()), "containers of the runtime");
    }
    assertTrue(Files.isDirectory(bundle()));
  }
}

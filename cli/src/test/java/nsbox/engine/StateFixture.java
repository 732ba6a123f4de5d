package nsbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.state.ProcessIdentity;

/// Roots in a folder of their own, with containers as `run` leaves them.
final class StateFixture {
  /// A process that there never was: no boot has it and no pid is so high.
  static final ProcessIdentity NOBODY = new ProcessIdentity(Integer.MAX_VALUE, 1);

  final StateRoots roots;
  final Containers containers;

  StateFixture(Path folder) throws IOException {
    roots = new StateRoots(folder.resolve("root"), folder.resolve("run"));
    roots.create();
    containers = new Containers(roots);
  }

  /// A container that is there and does not run.
  ContainerFolder container(String id) throws IOException {
    return container(id, "name");
  }

  ContainerFolder container(String id, String name) throws IOException {
    ContainerFolder folder = containers.folder(id);
    Files.createDirectories(folder.lasting());
    JsonObject record =
        new JsonObject()
            .put("id", id)
            .put("name", name)
            .put("image", "image")
            .put("imageId", "sha256:0")
            .put("command", List.of("sh"))
            .put("createdNanos", 5_000_000_000L)
            .put("stopSignal", 15)
            .put("labels", new JsonObject().put("a", "b"));
    Files.write(folder.recordFile(), Json.bytes(record));
    Files.writeString(folder.startedFile(), "6 0\n");
    return folder;
  }

  /// The folder of the run root, with the process that answers for it.
  void running(ContainerFolder folder, ProcessIdentity monitor) throws IOException {
    Files.createDirectories(folder.running());
    Files.writeString(folder.monitorFile(), monitor.text());
  }
}

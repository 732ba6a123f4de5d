package nsbox.e2e.engines;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;

/// The words that podman and docker have in common.
interface DockerLike extends Engine {
  /// Flags that `run` and `create` need on every machine that these tests know.
  List<String> runFlags();

  /// `run` with flags, image and command.
  default String[] running(String... arguments) {
    List<String> all = new ArrayList<>(List.of("run"));
    all.addAll(runFlags());
    all.addAll(List.of(arguments));
    return all.toArray(new String[0]);
  }

  default Result run(String... arguments) throws Exception {
    return call(running(arguments));
  }

  /// A script in a container that is removed at its end.
  default Result runScript(String script, String... flags) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("--rm"));
    arguments.addAll(List.of(flags));
    arguments.addAll(List.of(EngineHost.IMAGE, "sh", "-c", script));
    return run(arguments.toArray(new String[0]));
  }

  /// A script in a container in the background; returns the container's ID.
  default String detach(String name, String script, String... flags) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-d", "--name", name));
    arguments.addAll(List.of(flags));
    arguments.addAll(List.of(EngineHost.IMAGE, "sh", "-c", script));
    Result result = run(arguments.toArray(new String[0])).expect(0);
    assertTrue(result.out().matches("[0-9a-f]{64}\n"), result.toString());
    return result.out().strip();
  }

  default void awaitLog(String container, String text) throws Exception {
    Nsbox.await(
        "log " + text + " of " + container, () -> call("logs", container).out().contains(text));
  }

  default String inspect(String container, String field) throws Exception {
    return call("inspect", "--format", "{{." + field + "}}", container).expect(0).out().strip();
  }

  default long pidOf(String container) throws Exception {
    return Long.parseLong(inspect(container, "State.Pid"));
  }

  /// A value of a container's cgroup.
  ///
  /// @param v1 name of the file where the controller has a hierarchy of its own
  /// @param v2 name of the file where all are in one
  default String cgroupValue(String container, String controller, String v1, String v2)
      throws Exception {
    String unified = "";
    for (String line : Files.readAllLines(Path.of("/proc/" + pidOf(container) + "/cgroup"))) {
      String[] parts = line.split(":", 3);
      if (List.of(parts[1].split(",")).contains(controller)) {
        return Files.readString(Path.of("/sys/fs/cgroup", parts[1], parts[2], v1)).strip();
      }
      if (parts[1].isEmpty()) {
        unified = parts[2];
      }
    }
    return Files.readString(Path.of("/sys/fs/cgroup", unified, v2)).strip();
  }
}

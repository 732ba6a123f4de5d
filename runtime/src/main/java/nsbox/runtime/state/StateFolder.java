package nsbox.runtime.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.cgroup.Freezer;

/// What a runtime keeps of one container. Only `process` and `start` change while it lives, and the
/// limits in `config.json`.
///
/// | file | what |
/// |---|---|
/// | `state.json` | [StoredState], from before the container's process is made |
/// | `config.json` | the configuration as it was then, with the limits as they are now |
/// | `process` | "PID START-TIME" of the container's process, from its monitor |
/// | `start` | the FIFO that the process waits at, as long as it is only created |
/// | `teardown` | the program that removes all of it |
/// | `start.program` | what `start` does, where that needs no planner |
/// | `delete.program` | what `delete` does, where that needs no planner |
/// | `criu-root`, `criu-sources` | where criu sees the root of a container that it restores, and
/// what the container has of the host; nobody else sees anything in them |
/// | `restored` | the pid of what it has restored |
/// | `lock` | held by whoever changes the container |
public record StateFolder(Path path) {
  public String id() {
    return path.getFileName().toString();
  }

  public Path processFile() {
    return path.resolve("process");
  }

  public Path fifo() {
    return path.resolve("start");
  }

  public Path criuRoot() {
    return path.resolve("criu-root");
  }

  public Path criuSources() {
    return path.resolve("criu-sources");
  }

  public Path restoredFile() {
    return path.resolve("restored");
  }

  public Path teardownFile() {
    return path.resolve("teardown");
  }

  /// Waits until nobody else changes the container. Held until the channel is closed, or its
  /// process ends.
  ///
  /// @throws ContainerGoneException if whoever changed it has deleted it
  public FileChannel lock() throws IOException {
    Path file = path.resolve("lock");
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    } catch (NoSuchFileException e) {
      throw new ContainerGoneException(id(), e);
    }
    channel.lock();
    if (!Files.exists(file)) {
      channel.close();
      throw new ContainerGoneException(id(), null);
    }
    return channel;
  }

  /// The process that the container has, or had.
  public Optional<ProcessIdentity> process() throws IOException {
    return ProcessIdentity.read(processFile());
  }

  /// What was stored; nothing where that did not even come to pass.
  public Optional<StoredState> state() throws IOException {
    Path file = path.resolve("state.json");
    return Files.exists(file)
        ? Optional.of(StoredState.of(Json.parse(Files.readAllBytes(file), file.toString())))
        : Optional.empty();
  }

  /// The configuration that the container was made from.
  public JsonObject config() throws IOException {
    Path file = path.resolve("config.json");
    return Json.parse(Files.readAllBytes(file), file.toString());
  }

  /// @param next programs for commands to come, by command
  void store(StoredState state, byte[] config, byte[] teardown, Map<String, byte[]> next)
      throws IOException {
    write("config.json", config);
    write("teardown", teardown);
    for (Map.Entry<String, byte[]> program : next.entrySet()) {
      write(program.getKey() + ".program", program.getValue());
    }
    write("state.json", Json.bytes(state.toJson()));
  }

  /// Replaces the configuration, in one step for whoever reads it.
  void storeConfig(JsonObject config) throws IOException {
    write("config.json", Json.bytes(config));
  }

  private void write(String name, byte[] bytes) throws IOException {
    Path temporary = path.resolve(name + ".new");
    try {
      Files.createFile(
          temporary,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      /* Of one who was killed: it is overwritten. */
    }
    Files.write(temporary, bytes);
    Files.move(temporary, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /// What the container does, derived from what runs.
  public Status status() throws IOException {
    Optional<ProcessIdentity> process = process();
    if (process.isEmpty() || !process.get().isAlive()) {
      return Status.STOPPED;
    }
    if (Files.exists(fifo())) {
      return Status.CREATED;
    }
    Optional<StoredState> state = state();
    if (state.isEmpty()) {
      return Status.RUNNING;
    }
    Optional<Freezer> freezer = Freezer.of(state.get().cgroup());
    return freezer.isPresent() && freezer.get().isFrozen() ? Status.PAUSED : Status.RUNNING;
  }

  /// As the specification names it, and `paused`.
  public enum Status {
    CREATED("created"),
    RUNNING("running"),
    PAUSED("paused"),
    STOPPED("stopped");

    private final String text;

    Status(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }
}

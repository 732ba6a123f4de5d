package nsbox.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import nsbox.json.Json;
import nsbox.json.JsonObject;

/// Changes what is kept of a container: each document is replaced by a rename, so readers and power
/// cuts see the old one or the new one. Whoever calls holds the [ContainerLock].
public final class ContainerChange {
  private final Containers containers;
  private final ContainerFolder folder;

  public ContainerChange(Containers containers, ContainerFolder folder) {
    this.containers = containers;
    this.folder = folder;
  }

  public void storeConfig(JsonObject config) throws IOException {
    replace(folder.configFile(), config);
  }

  public void storeRecord(JsonObject record) throws IOException {
    replace(folder.recordFile(), record);
  }

  /// Gives the container another name. The old one is free then.
  ///
  /// A name counts only where the container's record has it, too. So whatever is killed meanwhile
  /// leaves the container with one name, and the other free.
  ///
  /// @return the name that it had
  /// @throws NameTakenException if another container has the name
  public String rename(String name) throws IOException, NameTakenException {
    ContainerRecord record = folder.record();
    String before = record.name();
    if (before.equals(name)) {
      throw new NameTakenException(name, folder.id());
    }
    /* A file lock is between processes; threads of one need another. */
    synchronized (Containers.class) {
      try (FileChannel channel = containers.namesLock();
          FileLock lock = channel.lock()) {
        containers.takeNameLocked(name, folder.id());
        try {
          if (Files.isDirectory(folder.running())) {
            noteForTeardown(name);
          }
          storeRecord(record.json().put("name", name));
        } catch (IOException e) {
          containers.releaseName(name, folder.id());
          throw e;
        }
        containers.releaseName(before, folder.id());
        lock.release();
      }
    }
    return before;
  }

  /* Whole or not at all, for the monitor may read it at any time. */
  private void noteForTeardown(String name) throws IOException {
    Path unfinished = folder.renamedFile().resolveSibling("renamed.new");
    Files.deleteIfExists(unfinished);
    Containers.write(unfinished, name.getBytes(StandardCharsets.UTF_8), false);
    Files.move(unfinished, folder.renamedFile(), StandardCopyOption.ATOMIC_MOVE);
  }

  private static void replace(Path file, JsonObject document) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(unfinished);
    try {
      Containers.write(unfinished, Json.bytes(document), true);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(unfinished);
      throw e;
    }
    try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }
}

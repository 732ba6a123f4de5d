package nsbox.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
    Containers.replace(folder.configFile(), Json.bytes(config), true);
  }

  public void storeRecord(JsonObject record) throws IOException {
    Containers.replace(folder.recordFile(), Json.bytes(record), true);
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
            Containers.replace(folder.renamedFile(), name.getBytes(StandardCharsets.UTF_8), false);
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
}

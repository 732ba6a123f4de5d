package nsbox.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.runtime.state.ProcessIdentity;
import nsbox.snapshot.Driver;
import nsbox.snapshot.SpaceLimit;

/// Writes a planned container to disk, so that whatever is killed meanwhile leaves a whole
/// container or none.
public final class ContainerMaker {
  private final Containers containers;
  private final ProcessIdentity maker;

  /// @param maker the process that answers for what is half made: the user's `nsbox`
  public ContainerMaker(Containers containers, ProcessIdentity maker) {
    this.containers = containers;
    this.maker = maker;
  }

  /// Takes the name that the user wants, or one that is free.
  ///
  /// Claims the ID first: an ID that has a living maker keeps its name.
  ///
  /// @throws NameTakenException if the user's name is another container's
  public String claim(String id, Optional<String> wanted) throws IOException, NameTakenException {
    claimId(id);
    if (wanted.isPresent()) {
      containers.takeName(wanted.get(), id);
      return wanted.get();
    }
    NameTakenException last = null;
    for (int attempt = 0; attempt < 8; attempt++) {
      String name = Names.generate(id, attempt);
      try {
        containers.takeName(name, id);
        return name;
      } catch (NameTakenException e) {
        last = e;
      }
    }
    throw last;
  }

  /// True while the process lives that a half-made folder of the run root, by its name, belongs to.
  static boolean isOwned(String unfinishedName) throws IOException {
    String[] parts = unfinishedName.substring(Containers.NEW.length()).split("-", 3);
    try {
      return new ProcessIdentity(Integer.parseInt(parts[0]), Long.parseLong(parts[1])).isAlive();
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return false;
    }
  }

  /* The folder names its maker from the first moment: half-made in its own name, then inside.
   *
   * Throws FileAlreadyExistsException if there is a container with this ID. */
  void claimId(String id) throws IOException {
    ContainerFolder folder = containers.folder(id);
    Path unfinished =
        containers
            .roots()
            .run()
            .resolve(Containers.NEW + maker.pid() + "-" + maker.startTime() + "-" + id);
    Files.createDirectory(unfinished);
    Files.createDirectory(unfinished.resolve(folder.mountPoint().getFileName()));
    Containers.write(
        unfinished.resolve(folder.monitorFile().getFileName()),
        maker.text().getBytes(StandardCharsets.US_ASCII),
        false);
    try {
      Files.move(unfinished, folder.running(), StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      Files.delete(unfinished.resolve(folder.monitorFile().getFileName()));
      Files.delete(unfinished.resolve(folder.mountPoint().getFileName()));
      Files.delete(unfinished);
      throw Files.isDirectory(folder.running()) ? new FileAlreadyExistsException(id) : e;
    }
  }

  /// Writes all files of the container and gives it its final name.
  ///
  /// @param driver makes the container's own part of its root file system
  public void make(ContainerPlan plan, ContainerRecord record, Driver driver) throws IOException {
    ContainerFolder folder = plan.folder();
    boolean lasting = !record.autoRemove();
    Path unfinished = containers.unfinished(record.id());
    Files.createDirectory(unfinished);
    driver.prepare(record.layers(), unfinished);
    if (record.storageBytes() > 0) {
      SpaceLimit.set(driver.mounts(record.layers(), unfinished), record.storageBytes());
    }
    if (lasting) {
      driver.sync(unfinished);
    }
    for (Map.Entry<String, String> file : plan.etcFiles().entrySet()) {
      Path path = unfinished.resolve(file.getKey());
      Containers.write(path, file.getValue().getBytes(StandardCharsets.UTF_8), lasting);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
    }
    Containers.write(
        unfinished.resolve("config.json"), Json.bytes(plan.bundle().config()), lasting);
    Containers.write(unfinished.resolve("container.json"), Json.bytes(record.toJson()), lasting);
    Containers.write(folder.teardownFile(), plan.program().teardownOnly().encode(), false);
    containers.publish(record.id(), lasting);
  }
}

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
import nsbox.json.JsonObject;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;
import nsbox.runtime.state.ProcessIdentity;
import nsbox.snapshot.Driver;
import nsbox.snapshot.OverlayDriver;
import nsbox.snapshot.RootMount;
import nsbox.snapshot.SpaceLimit;

/// Writes a planned container to disk, so that whatever is killed meanwhile leaves a whole
/// container or none.
public final class ContainerMaker {
  /* As the JDK says ENOTEMPTY, for which it has no type. */
  private static final String NOT_EMPTY = "Directory not empty";

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
    /* A rename would take the place of an empty folder, which is one that is just being removed. */
    if (Files.exists(folder.running())) {
      throw new FileAlreadyExistsException(id);
    }
    Path unfinished = unfinished(id);
    Files.createDirectory(unfinished);
    try {
      Files.createDirectory(unfinished.resolve(folder.mountPoint().getFileName()));
      Containers.write(
          unfinished.resolve(folder.monitorFile().getFileName()),
          maker.text().getBytes(StandardCharsets.US_ASCII),
          false);
      Files.move(unfinished, folder.running(), StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      Files.deleteIfExists(unfinished.resolve(folder.monitorFile().getFileName()));
      Files.deleteIfExists(unfinished.resolve(folder.mountPoint().getFileName()));
      Files.delete(unfinished);
      /* Whoever had it may have let go of it just now. */
      boolean taken = Files.isDirectory(folder.running()) || NOT_EMPTY.equals(e.getReason());
      throw taken ? new FileAlreadyExistsException(id) : e;
    }
  }

  private Path unfinished(String id) {
    return containers
        .roots()
        .run()
        .resolve(Containers.NEW + maker.pid() + "-" + maker.startTime() + "-" + id);
  }

  /// The steps that give up what this process has claimed.
  ///
  /// The folder loses its name first: else whoever claims it next could find it half removed.
  public void release(ContainerFolder folder, Instructions steps) {
    String unfinished = unfinished(folder.id()).toString();
    steps.addIgnoring(
        Instruction.MISSING,
        "give up " + folder.running(),
        Opcode.RENAME,
        folder.running().toString(),
        unfinished);
    steps.addIgnoring(Instruction.MISSING, "remove " + unfinished, Opcode.REMOVE_TREE, unfinished);
  }

  /// Takes a container that is there for whoever starts or removes it: one at a time.
  ///
  /// @return false if somebody runs, starts or removes it
  public boolean claimExisting(ContainerFolder folder) throws IOException {
    try {
      claimId(folder.id());
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /// Writes all files of the container and gives it its final name.
  ///
  /// @param settings what the user asked for, in docker's words
  /// @param driver makes the container's own part of its root file system
  public void make(
      ContainerPlan plan,
      ContainerRecord record,
      JsonObject settings,
      Driver driver,
      ContainerTrees trees,
      ContainerSecrets secrets)
      throws IOException {
    boolean lasting = !record.autoRemove();
    Path unfinished = containers.unfinished(record.id());
    Files.createDirectory(unfinished);
    driver.prepare(record.layers(), unfinished);
    if (record.storageBytes() > 0) {
      SpaceLimit.set(driver.mounts(record.layers(), unfinished), record.storageBytes());
    }
    /* Not by what it mounts: to tell that takes a look at each layer. */
    if (driver instanceof OverlayDriver) {
      ContainerMarks.prepare(containers.roots());
    } else if (driver.mounts(record.layers(), unfinished) instanceof RootMount.Directory root) {
      ContainerMarks.addTo(root.path());
    }
    trees.prepare(unfinished);
    if (lasting) {
      driver.sync(unfinished);
    }
    for (Map.Entry<String, String> file : plan.etcFiles().entrySet()) {
      writeOwn(unfinished.resolve(file.getKey()), file.getValue(), lasting);
    }
    if (plan.mark().isPresent()) {
      String text = ContainerMarks.text(record, plan.mark().get());
      writeOwn(unfinished.resolve(ContainerMarks.OWN_FILE), text, lasting);
    }
    secrets.write(unfinished);
    write(unfinished, plan.folder().configFile(), plan.bundle().config(), lasting);
    write(unfinished, plan.folder().settingsFile(), settings, lasting);
    write(unfinished, plan.folder().recordFile(), record.json(), lasting);
    containers.publish(record.id(), lasting);
  }

  /* Shown in the container, to every user of it. */
  private static void writeOwn(Path path, String text, boolean lasting) throws IOException {
    Containers.write(path, text.getBytes(StandardCharsets.UTF_8), lasting);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
  }

  private static void write(Path folder, Path file, JsonObject document, boolean lasting)
      throws IOException {
    Containers.write(folder.resolve(file.getFileName()), Json.bytes(document), lasting);
  }

  /// Leaves what whoever finds this container without its monitor needs: how to go on, and how to
  /// take it back.
  public void storeProgram(ContainerFolder folder, Program program) throws IOException {
    Containers.replace(folder.programFile(), program.encode(), false);
  }
}

package nsbox.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.state.Identifiers;

/// All volumes of a root, as directories.
///
/// A volume exists when its folder has its final name: creation and removal are one rename. Who
/// uses it stands in it, one empty file for each container, and counts only as long as that
/// container is there or somebody makes it: so nothing has to be taken back when a process is
/// killed.
public final class Volumes {
  private static final String NEW = ".new-";
  static final String REMOVED = ".removed-";
  private static final String USERS = "users";
  private static final int NAME_LENGTH = 255;

  private final StateRoots roots;
  private final Containers containers;

  public Volumes(StateRoots roots, Containers containers) {
    this.roots = roots;
    this.containers = containers;
  }

  /// Whether a volume may have this name: it becomes a folder's.
  public static boolean isName(String name) {
    return name.length() > 1 && Identifiers.isValid(name, NAME_LENGTH, "_.-");
  }

  public Optional<Volume> find(String name) throws IOException {
    Path folder = folder().resolve(name);
    Path file = folder.resolve("volume.json");
    return isName(name) && Files.exists(file)
        ? Optional.of(new Volume(folder, Json.parse(Files.readAllBytes(file), file.toString())))
        : Optional.empty();
  }

  /// By name.
  public List<Volume> list() throws IOException {
    List<String> names = new ArrayList<>();
    if (Files.isDirectory(folder())) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder())) {
        for (Path entry : entries) {
          names.add(entry.getFileName().toString());
        }
      }
    }
    names.sort(null);
    List<Volume> volumes = new ArrayList<>();
    for (String name : names) {
      find(name).ifPresent(volumes::add);
    }
    return volumes;
  }

  /// Makes a volume, or finds the one that has the name.
  ///
  /// @param labels that it gets if it is made now, and `options` likewise
  public Volume create(
      String name, boolean anonymous, Map<String, String> labels, Map<String, String> options)
      throws IOException {
    Files.createDirectories(folder(), mode("rwx--x--x"));
    Path unfinished = folder().resolve(NEW + ProcessHandle.current().pid() + "-" + name);
    Files.createDirectories(unfinished.resolve(USERS));
    Path data = unfinished.resolve("_data");
    if (!Files.exists(data)) {
      Files.createDirectory(data);
      Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Instant now = Instant.now();
    JsonObject json =
        new JsonObject()
            .put("driver", Volume.DRIVER)
            .put("labels", object(labels))
            .put("options", object(options))
            .put("anonymous", anonymous)
            .put("createdNanos", now.getEpochSecond() * 1_000_000_000 + now.getNano());
    Files.deleteIfExists(unfinished.resolve("volume.json"));
    Containers.write(unfinished.resolve("volume.json"), Json.bytes(json), true);
    try {
      Files.move(unfinished, folder().resolve(name), StandardCopyOption.ATOMIC_MOVE);
      tell("create", name);
    } catch (FileSystemException e) {
      discard(unfinished);
      if (e instanceof AtomicMoveNotSupportedException || find(name).isEmpty()) {
        throw e;
      }
    }
    return find(name).orElseThrow(() -> new IOException("volume " + name + " was removed again"));
  }

  private void tell(String action, String name) {
    new Events(roots).record("volume", action, name, Map.of("driver", Volume.DRIVER));
  }

  private static void discard(Path unfinished) throws IOException {
    for (String name : List.of("volume.json", "_data", USERS)) {
      Files.deleteIfExists(unfinished.resolve(name));
    }
    Files.deleteIfExists(unfinished);
  }

  private static JsonObject object(Map<String, String> values) {
    JsonObject object = new JsonObject();
    values.forEach(object::put);
    return object;
  }

  /// Notes that a container uses a volume. The container may still be in the making.
  ///
  /// @return false if the volume has been removed meanwhile
  public boolean use(Volume volume, String containerId) throws IOException {
    try (FileChannel channel = lock();
        FileLock _ = channel.lock()) {
      if (!Files.exists(volume.folder())) {
        return false;
      }
      Path user = volume.folder().resolve(USERS).resolve(containerId);
      try {
        Files.createFile(user);
      } catch (FileAlreadyExistsException e) {
        /* The container shows it twice. */
      } catch (NoSuchFileException e) {
        /* The container that it was made for has ended and takes it away: REMOVE_VOLUME. */
        return false;
      }
      return true;
    }
  }

  /// IDs of the containers that use it, those in the making too.
  public List<String> users(Volume volume) throws IOException {
    List<String> users = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(volume.folder().resolve(USERS))) {
      for (Path entry : entries) {
        String id = entry.getFileName().toString();
        if (containers.isKept(id)) {
          users.add(id);
        }
      }
    } catch (NoSuchFileException e) {
      return users;
    }
    users.sort(null);
    return users;
  }

  /// Takes a volume's name away if no container uses it. From here on it does not exist; its files
  /// go later.
  ///
  /// @return where its files are now; empty if it is used, or gone
  public Optional<Path> withdraw(Volume volume) throws IOException {
    try (FileChannel channel = lock();
        FileLock _ = channel.lock()) {
      if (!Files.exists(volume.folder()) || !users(volume).isEmpty()) {
        return Optional.empty();
      }
      Path removed = folder().resolve(REMOVED + Containers.newId());
      Files.move(volume.folder(), removed, StandardCopyOption.ATOMIC_MOVE);
      tell("destroy", volume.name());
      return Optional.of(removed);
    }
  }

  /// What those who were killed have left.
  public List<Path> rubbish() throws IOException {
    List<Path> rubbish = new ArrayList<>();
    if (!Files.isDirectory(folder())) {
      return rubbish;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder(), ".*")) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (name.startsWith(REMOVED) || name.startsWith(NEW) && !isOwned(name)) {
          rubbish.add(entry);
        }
      }
    }
    return rubbish;
  }

  private static boolean isOwned(String name) {
    String pid = name.substring(NEW.length(), name.indexOf('-', NEW.length()));
    return ProcessHandle.of(Long.parseLong(pid)).isPresent();
  }

  private Path folder() {
    return roots.volumes();
  }

  /* Between the look at the users and the removal nobody may become one. */
  private FileChannel lock() throws IOException {
    return FileChannel.open(
        roots.root().resolve("volumes.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static java.nio.file.attribute.FileAttribute<?> mode(String text) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
  }
}

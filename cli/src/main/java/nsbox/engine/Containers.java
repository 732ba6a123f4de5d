package nsbox.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nsbox.network.Living;
import nsbox.network.Networks;
import nsbox.runtime.state.ProcessIdentity;

/// All containers of a root, as directories.
///
/// A container exists when its folder has its final name, and is gone when it has lost it: both are
/// one rename. A name is a symbolic link that only one process can create. Nothing is recorded that
/// could be derived, so there is nothing to repair.
public final class Containers implements Living {
  static final String NEW = ".new-";
  static final String REMOVED = ".removed-";
  private static final int ID_BYTES = 32;

  private final StateRoots roots;

  public Containers(StateRoots roots) {
    this.roots = roots;
  }

  public ContainerFolder folder(String id) {
    return ContainerFolder.of(roots, id);
  }

  /// A new random ID, 64 hexadecimal digits.
  public static String newId() throws IOException {
    /* Not SecureRandom: it loads its providers, the kernel's generator needs one read. */
    try (InputStream random = Files.newInputStream(Path.of("/dev/urandom"))) {
      return HexFormat.of().formatHex(random.readNBytes(ID_BYTES));
    }
  }

  /// All containers, in no order. A folder that is being removed meanwhile is left out.
  public List<ContainerFolder> list() throws IOException {
    List<ContainerFolder> folders = new ArrayList<>();
    if (!Files.isDirectory(roots.containers())) {
      return folders;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(roots.containers())) {
      for (Path entry : entries) {
        String id = entry.getFileName().toString();
        if (!id.startsWith(".") && Files.exists(entry.resolve("container.json"))) {
          folders.add(folder(id));
        }
      }
    }
    return folders;
  }

  /// Where a container has or had a process: its folder in the run root. Made by one look, so what
  /// comes or goes meanwhile may be missing or too many.
  public Set<String> inRunRoot() {
    String[] names = roots.run().toFile().list();
    return names == null ? Set.of() : new HashSet<>(Arrays.asList(names));
  }

  /// All names in the folder of containers that are IDs; one may have no files any more.
  public List<ContainerFolder> folders() {
    String[] names = roots.containers().toFile().list();
    List<ContainerFolder> folders = new ArrayList<>();
    for (String name : names == null ? new String[0] : names) {
      if (!name.startsWith(".")) {
        folders.add(folder(name));
      }
    }
    return folders;
  }

  /// Finds by name, by ID or by an unambiguous beginning of an ID; a name wins.
  ///
  /// @throws AmbiguousContainerException if several IDs begin so
  public Optional<ContainerFolder> find(String nameOrId)
      throws IOException, AmbiguousContainerException {
    if (nameOrId.isEmpty() || nameOrId.contains("/") || nameOrId.startsWith(".")) {
      return Optional.empty();
    }
    Optional<String> named = named(nameOrId);
    if (named.isPresent()) {
      return Optional.of(folder(named.get()));
    }
    List<ContainerFolder> matches = new ArrayList<>();
    for (ContainerFolder folder : folders()) {
      if (folder.id().equals(nameOrId)) {
        return Optional.of(folder);
      }
      if (folder.id().startsWith(nameOrId)) {
        matches.add(folder);
      }
    }
    if (matches.size() > 1) {
      throw new AmbiguousContainerException(nameOrId, matches);
    }
    return matches.isEmpty() ? Optional.empty() : Optional.of(matches.getFirst());
  }

  /* The ID that a name stands for, if its container exists. */
  private Optional<String> named(String name) throws IOException {
    Path link = roots.names().resolve(name);
    if (!Files.isSymbolicLink(link)) {
      return Optional.empty();
    }
    String id = owner(link);
    return !id.isEmpty() && has(id, name) ? Optional.of(id) : Optional.empty();
  }

  /* A link alone is no name: one that is renamed has two for a moment, or for good if that is killed. */
  private boolean has(String id, String name) throws IOException {
    try {
      return folder(id).record().name().equals(name);
    } catch (NoSuchFileException e) {
      return false;
    } catch (DamagedContainerException e) {
      return true; // only the link still says a name
    }
  }

  /// Takes a name for a container that is about to be created.
  ///
  /// @throws NameTakenException if another container has it
  void takeName(String name, String id) throws IOException, NameTakenException {
    Path link = roots.names().resolve(name);
    for (int tries = 0; tries < 100; tries++) {
      try {
        Files.createSymbolicLink(link, nameTarget(id));
        return;
      } catch (FileAlreadyExistsException e) {
        freeDangling(name, link);
      }
    }
    throw new IOException("cannot take the name " + name + ": others keep taking it");
  }

  /* Under a lock: else another could take the name between the look and the removal, and lose it. */
  private void freeDangling(String name, Path link) throws IOException, NameTakenException {
    /* A file lock is between processes; threads of one need another. */
    synchronized (Containers.class) {
      try (FileChannel channel = namesLock();
          FileLock lock = channel.lock()) {
        freeDanglingLocked(name, link);
        lock.release();
      }
    }
  }

  FileChannel namesLock() throws IOException {
    return FileChannel.open(
        roots.root().resolve("names.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private void freeDanglingLocked(String name, Path link) throws IOException, NameTakenException {
    String owner = owner(link);
    if (!owner.isEmpty() && isNamed(owner, name)) {
      throw new NameTakenException(name, owner);
    }
    Files.deleteIfExists(link);
  }

  /// As [#takeName], for who holds the lock of the names.
  void takeNameLocked(String name, String id) throws IOException, NameTakenException {
    Path link = roots.names().resolve(name);
    for (int tries = 0; tries < 100; tries++) {
      try {
        Files.createSymbolicLink(link, nameTarget(id));
        return;
      } catch (FileAlreadyExistsException e) {
        freeDanglingLocked(name, link);
      }
    }
    throw new IOException("cannot take the name " + name + ": others keep taking it");
  }

  private static String owner(Path link) throws IOException {
    try {
      Path target = Files.readSymbolicLink(link);
      /* Whatever is no link of ours is nobody's name. */
      return target.getNameCount() > 0 && target.equals(nameTarget(target.getFileName().toString()))
          ? target.getFileName().toString()
          : "";
    } catch (NoSuchFileException | NotLinkException e) {
      return "";
    }
  }

  /// Whether it has a folder in the run root: from before it takes an address until all is taken
  /// back.
  @Override
  public boolean lives(String id) {
    return Files.exists(roots.run().resolve(id));
  }

  /// The networks that they can be on.
  public Networks networks() {
    return new Networks(roots.root().resolve("networks"), roots.run().resolve(Networks.RUN_FOLDER));
  }

  /* A container that is there, or that somebody who lives is still making. */
  boolean isKept(String id) throws IOException {
    return Files.exists(folder(id).recordFile()) || ProcessIdentity.lives(folder(id).monitorFile());
  }

  private boolean isNamed(String id, String name) throws IOException {
    return Files.exists(folder(id).recordFile())
        ? has(id, name)
        : ProcessIdentity.lives(folder(id).monitorFile());
  }

  void releaseName(String name, String id) throws IOException {
    Path link = roots.names().resolve(name);
    if (!name.isEmpty() && Files.isSymbolicLink(link) && owner(link).equals(id)) {
      Files.deleteIfExists(link);
    }
  }

  /// Releases whatever name an ID has that never became a container.
  public void releaseNames(String id) throws IOException {
    try (DirectoryStream<Path> links = Files.newDirectoryStream(roots.names())) {
      for (Path link : links) {
        releaseName(link.getFileName().toString(), id);
      }
    }
  }

  /// What the link of a container's name says.
  static Path nameTarget(String id) {
    return Path.of("../containers").resolve(id);
  }

  Path nameLink(String name) {
    return roots.names().resolve(name);
  }

  /// Where a container's folder goes first when it is removed.
  public Path removed(String id) {
    return roots.containers().resolve(REMOVED + id);
  }

  /// Where a container's folder is filled before it gets its final name.
  public Path unfinished(String id) {
    return roots.containers().resolve(NEW + id);
  }

  StateRoots roots() {
    return roots;
  }

  /// Gives a filled folder its final name. From here on the container exists.
  ///
  /// @param lasting also over a power cut; a container that goes with its process needs none
  void publish(String id, boolean lasting) throws IOException {
    if (lasting) {
      sync(unfinished(id));
    }
    Files.move(unfinished(id), folder(id).lasting(), StandardCopyOption.ATOMIC_MOVE);
    if (lasting) {
      sync(roots.containers());
      sync(roots.names());
    }
  }

  /// Takes a container's final name away. From here on it does not exist; its files go later.
  ///
  /// @return false if somebody else was first
  public boolean withdraw(ContainerFolder folder, String name) throws IOException {
    try {
      Files.move(folder.lasting(), removed(folder.id()), StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      /* It may have a name already and no files yet. */
      releaseName(name, folder.id());
      return false;
    }
    releaseName(name, folder.id());
    releaseLatestName(folder.id(), name);
    return true;
  }

  /* It may have been renamed since the name was read; from now on it cannot be. */
  private void releaseLatestName(String id, String known) throws IOException {
    String latest;
    try {
      Path file = removed(id).resolve("container.json");
      latest = ContainerGlance.of(Files.readAllBytes(file), file.toString()).name();
    } catch (NoSuchFileException e) {
      return; // another command was quicker to remove it, or it was only half made
    } catch (IOException e) {
      releaseNames(id); // damaged
      return;
    }
    if (!latest.equals(known)) {
      releaseName(latest, id);
    }
  }

  /// Writes a file anew, whole or not at all: others may read it at any time.
  ///
  /// @param lasting whether it is there after a power failure, too
  public static void replace(Path file, byte[] bytes, boolean lasting) throws IOException {
    Path unfinished = file.resolveSibling("." + file.getFileName() + ".new");
    Files.deleteIfExists(unfinished);
    try {
      write(unfinished, file, bytes, lasting);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(unfinished);
      throw e;
    }
    if (lasting) {
      sync(file.getParent());
    }
  }

  static void write(Path file, byte[] bytes, boolean lasting) throws IOException {
    write(file, file, bytes, lasting);
  }

  private static void write(Path path, Path file, byte[] bytes, boolean lasting)
      throws IOException {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      if (lasting) {
        channel.force(false);
      }
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      /* Of a write, it does not say where. */
      throw new FileSystemException(file.toString(), null, e.getMessage());
    }
  }

  private static void sync(Path directory) throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}

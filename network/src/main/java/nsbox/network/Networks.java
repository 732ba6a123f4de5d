package nsbox.network;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.runtime.state.Identifiers;

/// All networks of a root, as directories.
///
/// A network exists when its folder has its final name: creation and removal are one rename, and
/// whoever makes or removes one holds a lock, so two do not choose the same subnet. Who only uses a
/// network needs none. What containers have of it lies in the run root, and goes with a reboot.
public final class Networks {
  /// Where in the run root that is.
  public static final String RUN_FOLDER = ".networks";

  /// The name that stands for the host's own network.
  public static final String HOST = "host";

  /// The name that stands for a network of the container's own, without a way out.
  public static final String NONE = "none";

  private static final String FILE = "network.json";
  private static final String NEW = ".new-";
  private static final String REMOVED = ".removed-";
  static final String LEASES = "leases";
  private static final String ENDPOINTS = "endpoints";
  private static final int NAME_LENGTH = 255;

  private final Path root;
  private final Path run;
  private final Path proc;

  /// @param root where networks are
  /// @param run where it is what containers have of them
  public Networks(Path root, Path run) {
    this(root, run, Path.of("/proc/self/net"));
  }

  Networks(Path root, Path run, Path proc) {
    this.root = root;
    this.run = run;
    this.proc = proc;
  }

  /// Whether a network may have this name: it becomes a folder's.
  public static boolean isName(String name) {
    return Identifiers.isValid(name, NAME_LENGTH, "_.-");
  }

  /// Whether it is one of those that are always there: the default one, or [#HOST] or [#NONE],
  /// which have no file.
  public static boolean isPredefined(String name) {
    return name.equals(Network.DEFAULT_NAME) || name.equals(HOST) || name.equals(NONE);
  }

  /// The network of exactly this name.
  ///
  /// @throws DamagedNetworkException if its record cannot be read
  public Optional<Network> find(String name) throws IOException {
    return isName(name) ? read(root.resolve(name)) : Optional.empty();
  }

  private static Optional<Network> read(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    try {
      return Optional.of(Network.of(Json.parse(Files.readAllBytes(file), file.toString())));
    } catch (NoSuchFileException | NotDirectoryException e) {
      return Optional.empty();
    } catch (JsonException e) {
      throw new DamagedNetworkException(folder, e);
    }
  }

  /// The network of this name, of this ID, or the only one whose ID begins so.
  ///
  /// @throws NetworkException if the IDs of several do
  public Optional<Network> lookup(String nameOrId) throws IOException, NetworkException {
    Optional<Network> found = find(nameOrId);
    if (found.isPresent() || nameOrId.isEmpty()) {
      return found;
    }
    for (Network network : list()) {
      if (network.id().startsWith(nameOrId)) {
        if (found.isPresent()) {
          throw new NetworkException(
              "network "
                  + nameOrId
                  + " is ambiguous: the IDs of "
                  + found.get().name()
                  + " and "
                  + network.name()
                  + " begin so");
        }
        found = Optional.of(network);
      }
    }
    return found;
  }

  /// By name, without those that are damaged.
  public List<Network> list() throws IOException {
    return list(new ArrayList<>());
  }

  /// @param damaged takes what is wrong with others
  public List<Network> list(List<DamagedNetworkException> damaged) throws IOException {
    List<Network> networks = new ArrayList<>();
    for (String name : names()) {
      try {
        Optional<Network> network = find(name);
        if (network.isPresent()) {
          networks.add(network.get());
        }
      } catch (DamagedNetworkException e) {
        damaged.add(e);
      }
    }
    return networks;
  }

  /// Of all networks, those too whose record is damaged; and of what is no network, such as a lock.
  public List<String> names() {
    String[] names = root.toFile().list();
    if (names == null) {
      return List.of();
    }
    Arrays.sort(names);
    return Arrays.asList(names);
  }

  /// The network [Network#DEFAULT_NAME], which is made when it is needed first.
  public Network defaultNetwork() throws IOException, NetworkException {
    Optional<Network> there = find(Network.DEFAULT_NAME);
    if (there.isPresent()) {
      return there.get();
    }
    synchronized (Networks.class) {
      try (FileChannel channel = lock();
          FileLock lock = channel.lock()) {
        Optional<Network> others = find(Network.DEFAULT_NAME);
        Network network = others.isPresent() ? others.get() : NewNetwork.byDefault(list(), proc);
        if (others.isEmpty()) {
          publish(network);
        }
        lock.release();
        return network;
      }
    }
  }

  /// Makes a network. No interface is made before a container needs it.
  ///
  /// @throws NetworkNameTakenException if one has the name
  /// @throws NetworkException if it cannot be: its subnet overlaps with another, say
  public Network create(NetworkRequest request) throws IOException, NetworkException {
    if (!isName(request.name())) {
      throw new NetworkException(
          "network name "
              + request.name()
              + ": it has 1 to 255 letters, digits, '_', '.' or '-' and begins with a letter or"
              + " digit");
    }
    if (isPredefined(request.name())) {
      throw new NetworkException(
          "operation is not permitted on predefined " + request.name() + " network");
    }
    synchronized (Networks.class) {
      try (FileChannel channel = lock();
          FileLock lock = channel.lock()) {
        if (find(request.name()).isPresent()) {
          throw new NetworkNameTakenException(request.name());
        }
        Network network = NewNetwork.of(request, list(), proc);
        publish(network);
        lock.release();
        return network;
      }
    }
  }

  /* The lock is held. */
  private void publish(Network network) throws IOException {
    dropUnfinished();
    Path unfinished = root.resolve(NEW + network.id());
    makeFolder(unfinished);
    byte[] bytes = Json.bytes(network.json());
    try (FileChannel file =
        FileChannel.open(
            unfinished.resolve(FILE), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        file.write(buffer);
      }
      file.force(false);
    }
    Files.move(unfinished, root.resolve(network.name()), StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel folder = FileChannel.open(root, StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  /* Under the lock nobody else makes one, so they are of those who were killed. */
  private void dropUnfinished() throws IOException {
    for (Path folder : hidden(NEW)) {
      Files.deleteIfExists(folder.resolve(FILE));
      Files.deleteIfExists(folder);
    }
    for (Path folder : hidden(REMOVED)) {
      if (!Files.exists(folder.resolve(FILE))) {
        Files.deleteIfExists(folder);
      }
    }
  }

  private List<Path> hidden(String prefix) {
    String[] names = root.toFile().list();
    List<Path> found = new ArrayList<>();
    for (String name : names == null ? new String[0] : names) {
      if (name.startsWith(prefix)) {
        found.add(root.resolve(name));
      }
    }
    return found;
  }

  private FileChannel lock() throws IOException {
    makeFolder(root);
    return FileChannel.open(
        root.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /// A network that is no more, and what there is still of it.
  ///
  /// @param record where it lies now: to be removed last, for it says what the rest was
  /// @param run what containers had of it
  public record Removed(Network network, Path record, Path run) {}

  /// Takes a network's name away if no container is on it. From here on it does not exist.
  ///
  /// @return what is left of it; empty if somebody else was first
  /// @throws NetworkInUseException if containers are on it
  public Optional<Removed> remove(Network network, Living living)
      throws IOException, NetworkException {
    synchronized (Networks.class) {
      try (FileChannel channel = lock();
          FileLock lock = channel.lock()) {
        Optional<Network> latest = find(network.name());
        if (latest.isEmpty() || !latest.get().id().equals(network.id())) {
          return Optional.empty();
        }
        checkUnused(network, living);
        Path record = root.resolve(REMOVED + network.id());
        Path name = root.resolve(network.name());
        Files.move(name, record, StandardCopyOption.ATOMIC_MOVE);
        try {
          /* Who took an address after the first look and still found the network is seen now. */
          checkUnused(network, living);
        } catch (NetworkInUseException e) {
          Files.move(record, name, StandardCopyOption.ATOMIC_MOVE);
          throw e;
        }
        Removed removed = new Removed(network, record, run.resolve(REMOVED + network.id()));
        if (Files.exists(runFolder(network))) {
          Files.move(runFolder(network), removed.run, StandardCopyOption.ATOMIC_MOVE);
        }
        lock.release();
        return Optional.of(removed);
      }
    }
  }

  private void checkUnused(Network network, Living living) throws IOException, NetworkException {
    List<String> users = users(network, living);
    if (!users.isEmpty()) {
      throw new NetworkInUseException(network, users);
    }
  }

  /// Networks whose removal was not finished.
  public List<Removed> halfRemoved() throws IOException {
    List<Removed> removed = new ArrayList<>();
    for (Path record : hidden(REMOVED)) {
      Optional<Network> network = read(record);
      if (network.isPresent()) {
        removed.add(new Removed(network.get(), record, run.resolve(REMOVED + network.get().id())));
      }
    }
    return removed;
  }

  /// Whether it has not been removed since it was read. Who has taken an address asks this
  /// afterwards: then whoever removes it has seen the address, or the answer is no.
  public boolean isStillThere(Network network) throws IOException {
    Optional<Network> latest = find(network.name());
    return latest.isPresent() && latest.get().id().equals(network.id());
  }

  /// Whether the host has an interface of this name.
  public boolean hasInterface(String name) throws IOException {
    return UsedSubnets.read(proc).hasInterface(name);
  }

  /// IDs of the containers that are on it, in order.
  public List<String> users(Network network, Living living) throws IOException {
    List<String> users = new ArrayList<>();
    for (Leases.Lease lease : Leases.list(runFolder(network).resolve(LEASES))) {
      addUser(users, lease.containerId(), living);
    }
    String[] names = runFolder(network).resolve(ENDPOINTS).toFile().list();
    for (String name : names == null ? new String[0] : names) {
      addUser(users, name, living);
    }
    users.sort(null);
    return users;
  }

  private static void addUser(List<String> users, String id, Living living) {
    if (!users.contains(id) && !id.startsWith(".") && living.lives(id)) {
      users.add(id);
    }
  }

  /// Takes back what a container has of any network. To be called as long as it lives to others, by
  /// who ends it: one that has joined has left before, and there is nothing.
  public void forget(String containerId) throws IOException {
    String[] names = run.toFile().list();
    for (String name : names == null ? new String[0] : names) {
      forget(run.resolve(name), containerId);
    }
  }

  /// The same of one network.
  public void forget(Network network, String containerId) throws IOException {
    forget(runFolder(network), containerId);
  }

  private static void forget(Path folder, String containerId) throws IOException {
    Path leases = folder.resolve(LEASES);
    for (Leases.Lease lease : Leases.list(leases)) {
      if (lease.containerId().equals(containerId)) {
        Files.deleteIfExists(leases.resolve(lease.address().toString()));
      }
    }
    if (Files.isDirectory(folder.resolve(ENDPOINTS))) {
      Files.deleteIfExists(folder.resolve(ENDPOINTS).resolve(containerId));
      Files.deleteIfExists(folder.resolve(ENDPOINTS).resolve(NEW + containerId));
    }
  }

  /// The folder of its leases.
  public Path leases(Network network) throws IOException {
    return made(runFolder(network).resolve(LEASES));
  }

  /// The folder of its endpoints: a file for each container, named by its ID.
  public Path endpoints(Network network) throws IOException {
    return made(runFolder(network).resolve(ENDPOINTS));
  }

  Path runFolder(Network network) {
    return run.resolve(network.name());
  }

  private static Path made(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      makeFolder(folder);
    }
    return folder;
  }

  private static void makeFolder(Path folder) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }
}

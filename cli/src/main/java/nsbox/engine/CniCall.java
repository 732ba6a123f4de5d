package nsbox.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonObject;
import nsbox.network.NetworkException;
import nsbox.network.PublishedPort;
import nsbox.network.cni.CniAttachment;
import nsbox.network.cni.CniNetwork;
import nsbox.network.cni.CniNetworks;
import nsbox.network.cni.CniPrograms;
import nsbox.network.cni.CniResult;
import nsbox.network.cni.CniRuntime;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;

/// Adds one container to one CNI network, or takes it off: for the monitor, or for whoever finds
/// the monitor dead.
///
/// Of both, one is done at a time. So what a monitor has begun that was killed is done before it is
/// undone; and what comes too late finds no process any more, and does nothing.
public final class CniCall {
  private static final String LOCK = "lock";
  private static final long BIND = 4096;
  private static final long LAZILY = 2;

  private final StateRoots roots;
  private final ContainerFolder folder;
  private final Front front;
  private final CniNetworks networks;
  private final CniRuntime runtime;
  private final Path cache;
  private final Path lasting;

  /// @param environment that says where networks and plugins are
  public CniCall(
      StateRoots roots, ContainerFolder folder, Front front, Map<String, String> environment) {
    this.roots = roots;
    this.folder = folder;
    this.front = front;
    this.networks = CniNetworks.of(environment);
    this.runtime = new CniRuntime(CniPrograms.of(environment));
    this.cache = CniEndpoints.folder(folder);
    this.lasting = folder.lasting().resolve(cache.getFileName());
  }

  /// @param pid of the container's first process
  /// @throws NetworkException if plugins did not do what was asked; then nothing is left of it
  public void add(int pid, String interfaceName) throws IOException, NetworkException {
    JsonObject state = state(interfaceName);
    Files.createDirectories(cache);
    try (FileChannel channel = lock();
        FileLock lock = channel.lock()) {
      if (!Files.exists(CniRuntime.file(cache, interfaceName))) {
        runtime.delete(lasting, interfaceName, "");
      }
      take(interfaceName);
      Path namespace = keepNamespace(pid, interfaceName);
      CniNetwork network = find(state.string("name"));
      CniWishes wishes = new CniWishes(network, state, ports(state));
      CniAttachment attachment =
          new CniAttachment(
              folder.id(),
              namespace.toString(),
              interfaceName,
              wishes.arguments(),
              wishes.capabilities());
      CniResult result = runtime.add(network, attachment, cache);
      try {
        wishes.check(result, interfaceName);
        publish(state, result);
        CniResolver.write(folder, network.name(), result.dns());
        Files.createDirectories(lasting);
        Files.copy(
            CniRuntime.file(cache, interfaceName),
            CniRuntime.file(lasting, interfaceName),
            StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException | NetworkException e) {
        takeBack(interfaceName, e);
        throw e;
      }
      lock.release();
    }
  }

  /// Also of a container whose process is gone, and which was added but in part, or not at all.
  public void delete(String interfaceName) throws IOException {
    if (!Files.isDirectory(cache)) {
      return;
    }
    try (FileChannel channel = lock();
        FileLock lock = channel.lock()) {
      take(interfaceName);
      lock.release();
    }
  }

  /// Whether there may be something for [#deleteLost] to do.
  public static boolean isLost(ContainerFolder folder) {
    return Files.exists(folder.lasting().resolve(CniEndpoints.FOLDER));
  }

  /// Takes off a container that does not run what it had when the host went down: plugins may have
  /// written it where it stays, such as addresses.
  public void deleteLost() throws IOException {
    runtime.delete(lasting, "");
  }

  private void takeBack(String interfaceName, Exception failure) {
    try {
      take(interfaceName);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private void take(String interfaceName) throws IOException {
    Path namespace = CniEndpoints.namespace(folder, interfaceName);
    for (CniRuntime.Attached attached : CniRuntime.attached(cache)) {
      if (attached.attachment().interfaceName().equals(interfaceName)) {
        withdraw(attached);
      }
    }
    try {
      boolean kept = isMounted(namespace);
      runtime.delete(cache, interfaceName, kept ? namespace.toString() : "");
      Files.deleteIfExists(CniRuntime.file(lasting, interfaceName));
    } finally {
      Instructions steps = new Instructions();
      steps.addIgnoring(
          Instruction.ALL,
          "keep its network namespace no longer",
          Opcode.UNMOUNT,
          namespace.toString(),
          LAZILY);
      run(steps);
    }
  }

  /* By a mount, as `ip netns` does it: plugins look into it when they undo what they did, and all processes may
   * be gone then. Who sees other mounts, or comes after a reboot, does without. */
  private Path keepNamespace(int pid, String interfaceName) throws IOException {
    Path namespace = CniEndpoints.namespace(folder, interfaceName);
    if (!Files.exists(namespace, LinkOption.NOFOLLOW_LINKS)) {
      Files.createFile(namespace);
    }
    Instructions steps = new Instructions();
    steps.add(
        "keep its network namespace",
        Opcode.MOUNT,
        "/proc/" + pid + "/ns/net",
        namespace.toString(),
        "",
        BIND,
        "");
    run(steps);
    return namespace;
  }

  private static boolean isMounted(Path namespace) throws IOException {
    return Files.exists(namespace) && MountTable.read().mountsOn(namespace.toRealPath()) > 0;
  }

  private CniNetwork find(String name) throws IOException, NetworkException {
    Optional<CniNetwork> network = networks.find(name);
    if (network.isEmpty()) {
      throw new NetworkException("CNI network " + name + " is not in " + networks.folder());
    }
    return network.get();
  }

  private JsonObject state(String interfaceName) throws IOException, NetworkException {
    for (JsonObject each : ContainerNetworks.state(folder)) {
      if (each.string("interface").equals(interfaceName) && each.flag(CniEndpoints.MARK)) {
        return each;
      }
    }
    throw new NetworkException(
        "container " + folder.id() + " is to have no interface " + interfaceName);
  }

  private List<PublishedPort> ports(JsonObject state) throws IOException {
    return state.flag("wayOut") ? folder.record().ports() : List.of();
  }

  /* As of other networks: each finds the others by name. */
  private void publish(JsonObject state, CniResult result) throws IOException {
    Path endpoints = CniEndpoints.names(roots, state.string("name"));
    Files.createDirectories(endpoints);
    Instructions steps = new Instructions();
    steps.add(
        "tell it and others on the network about each other",
        Opcode.PUBLISH_NAMES,
        endpoints.toString(),
        roots.containers().toString(),
        folder.id(),
        lines(result, state.string("ownNames")),
        lines(result, String.join(" ", state.strings("names"))));
    run(steps);
  }

  private void withdraw(CniRuntime.Attached attached) throws IOException {
    String ownNames = "";
    for (JsonObject each : ContainerNetworks.state(folder)) {
      if (each.string("interface").equals(attached.attachment().interfaceName())) {
        ownNames = each.optionalString("ownNames").orElse("");
      }
    }
    Instructions steps = new Instructions();
    steps.add(
        "have others on the network forget it",
        Opcode.WITHDRAW_NAMES,
        CniEndpoints.names(roots, attached.network().name()).toString(),
        roots.containers().toString(),
        folder.id(),
        lines(attached.result(), ownNames));
    run(steps);
  }

  private static String lines(CniResult result, String names) {
    StringBuilder lines = new StringBuilder();
    for (CniResult.Ip ip : result.containerIps()) {
      if (!names.isEmpty()) {
        lines.append(ip.address()).append('\t').append(names).append('\n');
      }
    }
    return lines.toString();
  }

  private FileChannel lock() throws IOException {
    return FileChannel.open(
        cache.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private void run(Instructions steps) throws IOException {
    Front.Outcome outcome = front.run(Program.of(steps).encode());
    if (!outcome.succeeded()) {
      throw new IOException(
          "cannot "
              + steps.list().get(outcome.index()).label()
              + " (container "
              + folder.id()
              + "): "
              + (outcome.detail().isEmpty() ? "error " + outcome.errno() : outcome.detail()));
    }
  }
}

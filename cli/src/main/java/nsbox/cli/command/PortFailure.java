package nsbox.cli.command;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.engine.ContainerFolder;
import nsbox.engine.DamagedContainerException;
import nsbox.engine.Front;
import nsbox.network.PublishedPort;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.program.Program;

/// A port of the host that a container was to have, and that somebody else has, or is of no address
/// of the host.
final class PortFailure {
  /* EADDRINUSE. */
  private static final int IN_USE = 98;

  /* EADDRNOTAVAIL. */
  private static final int NOT_AVAILABLE = 99;

  /* Fields of a line of /proc/net/tcp and its siblings, see proc(5). */
  private static final int LOCAL_ADDRESS = 1;
  private static final int INODE = 9;
  private static final int HEXADECIMAL = 16;

  private final Session session;
  private final String protocol;
  private final String address;
  private final int port;

  private PortFailure(Session session, String protocol, String address, int port) {
    this.session = session;
    this.protocol = protocol;
    this.address = address;
    this.port = port;
  }

  /// Whether that is why a container did not start.
  static boolean isWhy(Program program, Front.Outcome outcome) {
    return (outcome.errno() == IN_USE || outcome.errno() == NOT_AVAILABLE)
        && program.section(outcome.section()).get(outcome.index()).opcode() == Opcode.HOLD_PORTS;
  }

  /// Says who has it, or that nobody can.
  ///
  /// @param intent what was to be done, such as `start container web`
  static Failure failure(Session session, String intent, Front.Outcome outcome) throws IOException {
    /* "PROTOCOL ADDRESS PORT: what errno says" */
    String[] words = outcome.detail().split(" ");
    String number = words[2].substring(0, words[2].length() - 1);
    return new PortFailure(session, words[0], words[1], Integer.parseInt(number))
        .failure(intent, outcome.errno() == IN_USE);
  }

  private Failure failure(String intent, boolean taken) throws IOException {
    String host = address.indexOf(':') < 0 ? address : "[" + address + "]";
    return new Failure(
        "cannot "
            + intent
            + "\n  Bind for "
            + host
            + ":"
            + port
            + "/"
            + protocol
            + " failed: "
            + (taken ? "port is already allocated" + holder() : "the host has no such address")
            + ".");
  }

  private String holder() throws IOException {
    Optional<String> holder = container();
    if (holder.isEmpty()) {
      holder = process();
    }
    return holder.isEmpty() ? "" : ": " + holder.get() + " has it";
  }

  private Optional<String> container() throws IOException {
    for (ContainerFolder folder : session.containers().list()) {
      if (!Files.exists(folder.processFile())) {
        continue;
      }
      try {
        for (PublishedPort other : folder.record().ports()) {
          if (other.hostPort() == port && other.protocol().equals(protocol) && overlaps(other)) {
            return Optional.of("container " + folder.record().name());
          }
        }
      } catch (DamagedContainerException e) {
        continue; // whoever lists containers is told
      }
    }
    return Optional.empty();
  }

  private boolean overlaps(PublishedPort other) {
    return other.host().isEmpty()
        || other.host().get().isAny()
        || address.equals("0.0.0.0")
        || address.equals("::")
        || other.host().get().toString().equals(address);
  }

  private Optional<String> process() throws IOException {
    for (String table : new String[] {protocol, protocol + "6"}) {
      Path file = Path.of("/proc/net", table);
      if (!Files.exists(file)) {
        continue;
      }
      for (String line : Files.readAllLines(file)) {
        String[] fields = line.strip().split("\\s+");
        if (fields.length > INODE && port(fields[LOCAL_ADDRESS]) == port) {
          Optional<String> owner = owner("socket:[" + fields[INODE] + "]");
          if (owner.isPresent()) {
            return owner;
          }
        }
      }
    }
    return Optional.empty();
  }

  /* The first line has titles. */
  private static int port(String local) {
    try {
      return Integer.parseInt(local.substring(local.indexOf(':') + 1), HEXADECIMAL);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static Optional<String> owner(String socket) throws IOException {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (has(process, socket)) {
          String name = Files.readString(process.resolve("comm")).strip();
          return Optional.of("process " + process.getFileName() + " (" + name + ")");
        }
      }
    }
    return Optional.empty();
  }

  private static boolean has(Path process, String socket) throws IOException {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (Files.isSymbolicLink(descriptor)
            && Files.readSymbolicLink(descriptor).toString().equals(socket)) {
          return true;
        }
      }
    } catch (FileSystemException e) {
      return false; // it has ended meanwhile
    }
    return false;
  }
}

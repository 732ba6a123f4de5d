package nsbox.engine;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import nsbox.network.PublishedPort;
import nsbox.network.WantedPort;

/// Ports of the host for a new container, where the user leaves the choice.
///
/// They are chosen when the container is made, so that they are the same with every start. What is
/// free, the kernel says, and of containers that do not run, their records; so choosing needs a
/// lock until the container is there.
public final class FreePorts implements AutoCloseable {
  private static final int TRIES = 1000;

  private final List<PublishedPort> ports = new ArrayList<>();
  private FileChannel lock;

  private FreePorts() {}

  /// Waits until nobody else chooses; until this is closed nobody else does. Where there is nothing
  /// to choose, nobody waits.
  ///
  /// @throws IOException if no port is free, or an address is not the host's
  public static FreePorts choose(Containers containers, List<WantedPort> wanted)
      throws IOException {
    FreePorts free = new FreePorts();
    if (free.addFixed(wanted)) {
      return free;
    }
    try {
      free.chooseAll(containers, wanted);
      return free;
    } catch (IOException | RuntimeException e) {
      free.close();
      throw e;
    }
  }

  /// The same on paper: the first of several, 0 for any.
  public static List<PublishedPort> onPaper(List<WantedPort> wanted) {
    List<PublishedPort> ports = new ArrayList<>();
    for (WantedPort port : wanted) {
      ports.add(port.on(port.firstHostPort()));
    }
    return ports;
  }

  /// As they were asked for.
  public List<PublishedPort> ports() {
    return ports;
  }

  private boolean addFixed(List<WantedPort> wanted) {
    for (WantedPort port : wanted) {
      if (port.isOpen()) {
        return false;
      }
    }
    ports.addAll(onPaper(wanted));
    return true;
  }

  private void chooseAll(Containers containers, List<WantedPort> wanted) throws IOException {
    lock =
        FileChannel.open(
            containers.roots().root().resolve("ports.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    lock.lock();
    List<PublishedPort> taken = ofOthers(containers);
    for (WantedPort port : wanted) {
      if (!port.isOpen()) {
        taken.add(port.on(port.firstHostPort()));
      }
    }
    for (WantedPort port : wanted) {
      PublishedPort published = port.isOpen() ? choose(port, taken) : port.on(port.firstHostPort());
      taken.add(published);
      ports.add(published);
    }
  }

  private static List<PublishedPort> ofOthers(Containers containers) throws IOException {
    List<PublishedPort> taken = new ArrayList<>();
    for (ContainerFolder folder : containers.list()) {
      try {
        taken.addAll(folder.record().ports());
      } catch (NoSuchFileException | DamagedContainerException e) {
        continue; // just removed; or nobody can start it
      }
    }
    return taken;
  }

  private static PublishedPort choose(WantedPort wanted, List<PublishedPort> taken)
      throws IOException {
    boolean any = wanted.firstHostPort() == 0;
    for (int i = 0; i < TRIES || !any; i++) {
      int port = any ? 0 : wanted.firstHostPort() + i;
      if (port > wanted.lastHostPort()) {
        break;
      }
      int bound = any || !isTaken(wanted.on(port), taken) ? bind(wanted, port) : 0;
      if (bound > 0 && !isTaken(wanted.on(bound), taken)) {
        return wanted.on(bound);
      }
    }
    throw new IOException(
        "cannot publish port "
            + wanted.containerPort()
            + "/"
            + wanted.protocol()
            + ": all ports of the host "
            + (any
                ? "for which the kernel may choose"
                : "from " + wanted.firstHostPort() + " to " + wanted.lastHostPort())
            + " are taken");
  }

  private static boolean isTaken(PublishedPort port, List<PublishedPort> taken) {
    for (PublishedPort other : taken) {
      if (port.collides(other)) {
        return true;
      }
    }
    return false;
  }

  /* The port that the kernel gave, 0 where somebody has it. The JDK has no SCTP: what is free for
   * TCP is tried when the container starts. */
  private static int bind(WantedPort wanted, int port) throws IOException {
    InetAddress host =
        wanted.host().isEmpty() ? null : InetAddress.getByAddress(wanted.host().get().bytes());
    InetSocketAddress address = new InetSocketAddress(host, port);
    try {
      if (wanted.protocol().equals(PublishedPort.UDP)) {
        try (DatagramSocket socket = new DatagramSocket(null)) {
          socket.bind(address);
          return socket.getLocalPort();
        }
      }
      try (ServerSocket socket = new ServerSocket()) {
        /* Else a port that is bound and not listened on would seem free. */
        socket.setReuseAddress(false);
        socket.bind(address, 1);
        return socket.getLocalPort();
      }
    } catch (BindException e) {
      return port == 0 || isNoAddress(e) ? refuse(wanted, e) : 0;
    } catch (SocketException e) {
      return refuse(wanted, e);
    }
  }

  private static boolean isNoAddress(BindException e) {
    return String.valueOf(e.getMessage()).startsWith("Cannot assign");
  }

  private static int refuse(WantedPort wanted, IOException e) throws IOException {
    throw new IOException(
        "cannot publish port "
            + wanted.containerPort()
            + "/"
            + wanted.protocol()
            + (wanted.host().isEmpty() ? "" : " on " + wanted.host().get())
            + ": "
            + e.getMessage(),
        e);
  }

  @Override
  public void close() throws IOException {
    if (lock != null) {
      lock.close();
    }
  }
}

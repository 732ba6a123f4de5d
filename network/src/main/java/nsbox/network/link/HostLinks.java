package nsbox.network.link;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.network.NetworkException;

/// The interfaces of the host that are up, by their names.
public final class HostLinks {
  /* Of the network namespace that the reader is in, which /sys need not be of. Each line begins with number and name
   * of an interface, and one that is up hears all hosts' multicast. */
  private static final Path MULTICAST = Path.of("/proc/self/net/dev_mcast");

  private HostLinks() {}

  /// The number of an interface.
  ///
  /// @throws NetworkException if there is none, or it is down
  public static int index(String name) throws IOException, NetworkException {
    return index(Files.readAllBytes(MULTICAST), name);
  }

  static int index(byte[] table, String name) throws NetworkException {
    for (String line : new String(table, StandardCharsets.UTF_8).split("\n")) {
      int end = line.indexOf(' ');
      int start = end;
      while (start >= 0 && start < line.length() && line.charAt(start) == ' ') {
        start++;
      }
      if (end > 0 && line.startsWith(name + " ", start)) {
        return Integer.parseInt(line.substring(0, end));
      }
    }
    throw new NetworkException(
        "the host has no interface " + name + " that is up\n  Use: ip link set " + name + " up");
  }
}

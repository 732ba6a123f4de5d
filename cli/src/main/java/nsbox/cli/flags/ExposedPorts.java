package nsbox.cli.flags;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import nsbox.cli.Failure;
import nsbox.network.WantedPort;

/// The ports that a container's program listens on, as the image and `--expose` say. It opens none.
public final class ExposedPorts {
  private static final int LAST_PORT = 65535;

  private ExposedPorts() {}

  /// What the image says, and what the user adds by `--expose`.
  ///
  /// @throws Failure if an option is none
  public static Set<String> of(Set<String> image, Asked asked) throws Failure {
    return of(image, asked.texts("--expose"));
  }

  /// What `--publish-all` makes of one: any port of the host leads to it.
  ///
  /// @param port as [#of] has it
  public static WantedPort published(String port) {
    int slash = port.indexOf('/');
    return new WantedPort(
        Optional.empty(),
        0,
        0,
        Integer.parseInt(port.substring(0, slash)),
        port.substring(slash + 1));
  }

  /// As `80/tcp`; a range names each of its ports.
  ///
  /// @param image what the image says
  /// @param options `PORT[-PORT][/tcp|udp|sctp]`
  /// @throws Failure if an option is none
  static Set<String> of(Set<String> image, List<String> options) throws Failure {
    Set<String> ports = new TreeSet<>();
    for (String port : image) {
      ports.add(port.indexOf('/') < 0 ? port + "/tcp" : port);
    }
    for (String option : options) {
      addTo(ports, option);
    }
    return ports;
  }

  private static void addTo(Set<String> ports, String option) throws Failure {
    int slash = option.indexOf('/');
    String protocol = slash < 0 ? "tcp" : option.substring(slash + 1);
    String range = slash < 0 ? option : option.substring(0, slash);
    int dash = range.indexOf('-');
    int first = port(option, dash < 0 ? range : range.substring(0, dash));
    int last = dash < 0 ? first : port(option, range.substring(dash + 1));
    if (last < first || !List.of("tcp", "udp", "sctp").contains(protocol)) {
      throw invalid(option);
    }
    for (int port = first; port <= last; port++) {
      ports.add(port + "/" + protocol);
    }
  }

  private static int port(String option, String text) throws Failure {
    try {
      int port = Integer.parseInt(text);
      if (port > 0 && port <= LAST_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      throw invalid(option);
    }
    throw invalid(option);
  }

  private static Failure invalid(String option) {
    return new Failure(
        "--expose " + option + ": expected PORT[-PORT][/tcp|udp|sctp], ports from 1 to 65535");
  }
}

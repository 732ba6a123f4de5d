package nsbox.cli.command;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nsbox.cli.output.FilterException;
import nsbox.network.PublishedPort;

/// The filters `publish` and `expose`: ports of containers, whether they run or not. As with docker
/// a port is the container's own, and what is published is exposed too.
final class PortFilter {
  private static final int LAST_PORT = 65535;

  private final Set<String> wanted = new HashSet<>();

  /// @param key `publish` or `expose`
  /// @param texts `PORT[-PORT][/PROTOCOL]` each
  PortFilter(String key, List<String> texts) throws FilterException {
    for (String text : texts) {
      int slash = text.indexOf('/');
      String protocol = slash < 0 ? "tcp" : text.substring(slash + 1);
      String range = slash < 0 ? text : text.substring(0, slash);
      int dash = range.indexOf('-');
      int first = port(key, text, dash < 0 ? range : range.substring(0, dash));
      int last = dash < 0 ? first : port(key, text, range.substring(dash + 1));
      if (last < first || !List.of("tcp", "udp", "sctp").contains(protocol)) {
        throw invalid(key, text);
      }
      for (int port = first; port <= last; port++) {
        wanted.add(port + "/" + protocol);
      }
    }
  }

  boolean isPublished(ListedContainer container) throws IOException {
    for (PublishedPort port : container.glance().ports()) {
      if (wanted.contains(port.containerPort() + "/" + port.protocol())) {
        return true;
      }
    }
    return false;
  }

  /* What a container without a network exposes, only its settings say. */
  boolean isExposed(ListedContainer container) throws IOException {
    ContainerDetails details = new ContainerDetails(container.folder());
    var exposed = details.settings("Config").optionalObject("ExposedPorts");
    if (exposed.isPresent()) {
      for (String port : exposed.get().members().keySet()) {
        if (wanted.contains(port)) {
          return true;
        }
      }
    }
    return isPublished(container);
  }

  private static int port(String key, String text, String number) throws FilterException {
    try {
      int port = Integer.parseInt(number);
      if (port > 0 && port <= LAST_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      throw invalid(key, text);
    }
    throw invalid(key, text);
  }

  private static FilterException invalid(String key, String text) {
    return new FilterException(
        key + "=" + text, "expected PORT[-PORT][/tcp|udp|sctp], ports from 1 to 65535");
  }
}

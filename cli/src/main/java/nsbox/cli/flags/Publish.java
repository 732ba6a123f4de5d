package nsbox.cli.flags;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.network.Address;
import nsbox.network.PublishedPort;
import nsbox.network.WantedPort;

/// A value of `--publish`: `[[ADDRESS:][PORT[-PORT]]:]PORT[-PORT][/tcp|udp|sctp]`, or docker's
/// `published=PORT,target=PORT,protocol=PROTOCOL`.
final class Publish {
  private static final int LAST_PORT = 65535;

  /// Ports in a row; of the host, from 0 to 0 are any.
  private record Range(int first, int last) {
    int length() {
      return last - first + 1;
    }
  }

  private final String option;

  private Publish(String option) {
    this.option = option;
  }

  /// @throws Failure if one is wrong, or wants a port of the host that another has
  static List<WantedPort> parse(List<String> options) throws Failure {
    if (options.isEmpty()) {
      return List.of();
    }
    List<WantedPort> ports = new ArrayList<>();
    Map<Integer, List<PublishedPort>> fixed = new HashMap<>();
    for (String option : options) {
      Publish publish = new Publish(option);
      for (WantedPort port : publish.ports()) {
        publish.refuseTaken(fixed, port);
        ports.add(port);
      }
    }
    return ports;
  }

  private void refuseTaken(Map<Integer, List<PublishedPort>> fixed, WantedPort wanted)
      throws Failure {
    if (wanted.isOpen()) {
      return;
    }
    PublishedPort port = wanted.on(wanted.firstHostPort());
    List<PublishedPort> same = fixed.computeIfAbsent(port.hostPort(), _ -> new ArrayList<>());
    for (PublishedPort other : same) {
      if (port.collides(other)) {
        throw failure(
            "host port "
                + port.hostPort()
                + "/"
                + port.protocol()
                + " is published already, to container port "
                + other.containerPort());
      }
    }
    same.add(port);
  }

  private List<WantedPort> ports() throws Failure {
    String text = option.indexOf('=') < 0 ? option : fromPairs();
    int slash = text.indexOf('/');
    String protocol = protocol(slash < 0 ? "" : text.substring(slash + 1));
    String places = slash < 0 ? text : text.substring(0, slash);
    int colon = places.lastIndexOf(':');
    Range container = range(places.substring(colon + 1), "containerPort");
    String before = colon < 0 ? "" : places.substring(0, colon);
    int second = before.lastIndexOf(':');
    String hostPort = before.substring(second + 1);
    Range host =
        hostPort.isEmpty() || hostPort.equals("0") ? new Range(0, 0) : range(hostPort, "hostPort");
    return ports(host(second < 0 ? "" : before.substring(0, second)), host, container, protocol);
  }

  private List<WantedPort> ports(
      Optional<Address> address, Range host, Range container, String protocol) throws Failure {
    boolean any = host.first() == 0;
    if (!any && container.length() == 1) {
      return List.of(
          new WantedPort(address, host.first(), host.last(), container.first(), protocol));
    }
    if (!any && host.length() != container.length()) {
      throw failure(
          "invalid ranges specified for container and host ports: "
              + container.length()
              + " and "
              + host.length()
              + " of them");
    }
    List<WantedPort> ports = new ArrayList<>();
    for (int i = 0; i < container.length(); i++) {
      int hostPort = any ? 0 : host.first() + i;
      ports.add(new WantedPort(address, hostPort, hostPort, container.first() + i, protocol));
    }
    return ports;
  }

  private String fromPairs() throws Failure {
    String published = "";
    String target = "";
    String protocol = PublishedPort.TCP;
    for (String pair : option.split(",")) {
      int equals = pair.indexOf('=');
      String value = pair.substring(equals + 1);
      switch (equals < 0 ? "" : pair.substring(0, equals)) {
        case "published" -> published = value;
        case "target" -> target = value;
        case "protocol" -> protocol = value;
        default ->
            throw failure(
                "invalid publish opts format (should be published=PORT,target=PORT,protocol=PROTOCOL)");
      }
    }
    return published + ":" + target + "/" + protocol;
  }

  private String protocol(String text) throws Failure {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "", PublishedPort.TCP -> PublishedPort.TCP;
      case PublishedPort.UDP -> PublishedPort.UDP;
      case PublishedPort.SCTP -> PublishedPort.SCTP;
      default -> throw failure("invalid proto: " + text + "; there are tcp, udp and sctp");
    };
  }

  private Optional<Address> host(String text) throws Failure {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    boolean brackets = text.startsWith("[") && text.endsWith("]");
    Optional<Address> address =
        Address.parse(brackets ? text.substring(1, text.length() - 1) : text);
    if (address.isEmpty() || brackets && !address.get().isVersion6()) {
      throw failure("invalid IP address: " + text);
    }
    return address;
  }

  private Range range(String text, String what) throws Failure {
    if (text.isEmpty()) {
      throw failure("no port specified");
    }
    int dash = text.indexOf('-');
    int first = port(dash < 0 ? text : text.substring(0, dash), what, text);
    int last = dash < 0 ? first : port(text.substring(dash + 1), what, text);
    if (last < first) {
      throw failure("invalid " + what + ": " + text + "; the range ends before it begins");
    }
    return new Range(first, last);
  }

  private int port(String text, String what, String all) throws Failure {
    int port = 0;
    for (int i = 0; i < text.length() && port <= LAST_PORT; i++) {
      char c = text.charAt(i);
      port = c < '0' || c > '9' ? LAST_PORT + 1 : port * 10 + c - '0';
    }
    if (port < 1 || port > LAST_PORT) {
      throw failure("invalid " + what + ": " + all + "; ports are numbers from 1 to 65535");
    }
    return port;
  }

  private Failure failure(String what) {
    return new Failure("--publish " + option + ": " + what);
  }
}

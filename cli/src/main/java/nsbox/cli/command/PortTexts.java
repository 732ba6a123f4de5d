package nsbox.cli.command;

import java.util.ArrayList;
import java.util.List;
import nsbox.network.PublishedPort;

/// Ports of containers as docker prints them.
final class PortTexts {
  private static final String ALL_VERSION4 = "0.0.0.0";
  private static final String ALL_VERSION6 = "::";

  /* One line of the column, or a part of one: ports in a row that differ in nothing else. */
  private static final class Group {
    private final String host;
    private final String protocol;
    private final int first;
    private int last;

    private Group(String host, String protocol, int port) {
      this.host = host;
      this.protocol = protocol;
      this.first = port;
      this.last = port;
    }

    @Override
    public String toString() {
      String ports = first == last ? Integer.toString(first) : first + "-" + last;
      String text = ports + "/" + protocol;
      return host.isEmpty() ? text : joined(host, ports) + "->" + text;
    }
  }

  /// A port of one address of the host.
  ///
  /// @param host empty where it is not published
  record Binding(String host, int hostPort, int containerPort, String protocol) {

    /// As in `80/tcp`.
    String containerText() {
      return containerPort + "/" + protocol;
    }

    /// As in `0.0.0.0:8080`.
    String hostText() {
      return joined(host, Integer.toString(hostPort));
    }

    private static int compare(Binding a, Binding b) {
      int order = Integer.compare(a.containerPort, b.containerPort);
      order = order != 0 ? order : a.host.compareTo(b.host);
      order = order != 0 ? order : Integer.compare(a.hostPort, b.hostPort);
      return order != 0 ? order : a.protocol.compareTo(b.protocol);
    }
  }

  private PortTexts() {}

  /// One for each address, for all addresses one of each version; by the container's port.
  static List<Binding> bindings(List<PublishedPort> ports) {
    List<Binding> bindings = new ArrayList<>();
    for (PublishedPort port : ports) {
      if (port.host().isPresent()) {
        add(bindings, port, port.host().get().toString());
      } else {
        add(bindings, port, ALL_VERSION4);
        add(bindings, port, ALL_VERSION6);
      }
    }
    bindings.sort(Binding::compare);
    return bindings;
  }

  private static void add(List<Binding> bindings, PublishedPort port, String host) {
    bindings.add(new Binding(host, port.hostPort(), port.containerPort(), port.protocol()));
  }

  /// The column of `ps`. As with docker, a range of ports is one entry where it has the same
  /// numbers on the host; published under other numbers, each port stands alone, behind them.
  ///
  /// @param exposed as `80/tcp`
  static String column(List<String> exposed, List<PublishedPort> ports) {
    List<Binding> all = bindings(ports);
    int published = all.size();
    for (String port : exposed) {
      int slash = port.indexOf('/');
      int number = Integer.parseInt(port.substring(0, slash));
      String protocol = port.substring(slash + 1);
      if (!contains(all, published, number, protocol)) {
        all.add(new Binding("", 0, number, protocol));
      }
    }
    all.sort(Binding::compare);
    return text(all);
  }

  private static boolean contains(List<Binding> all, int most, int port, String protocol) {
    for (int i = 0; i < most; i++) {
      if (all.get(i).containerPort == port && all.get(i).protocol.equals(protocol)) {
        return true;
      }
    }
    return false;
  }

  private static String text(List<Binding> sorted) {
    List<Group> ended = new ArrayList<>();
    List<Group> open = new ArrayList<>();
    List<Binding> renumbered = new ArrayList<>();
    for (Binding binding : sorted) {
      if (!binding.host.isEmpty() && binding.hostPort != binding.containerPort) {
        renumbered.add(binding);
      } else {
        extend(open, ended, binding);
      }
    }
    StringBuilder text = new StringBuilder();
    ended.addAll(open);
    for (Group group : ended) {
      append(text, group.toString());
    }
    for (Binding binding : renumbered) {
      append(text, binding.hostText() + "->" + binding.containerText());
    }
    return text.toString();
  }

  private static void extend(List<Group> open, List<Group> ended, Binding binding) {
    for (int i = 0; i < open.size(); i++) {
      Group group = open.get(i);
      if (group.host.equals(binding.host) && group.protocol.equals(binding.protocol)) {
        if (binding.containerPort == group.last + 1) {
          group.last++;
        } else {
          ended.add(group);
          open.set(i, new Group(binding.host, binding.protocol, binding.containerPort));
        }
        return;
      }
    }
    open.add(new Group(binding.host, binding.protocol, binding.containerPort));
  }

  private static void append(StringBuilder text, String part) {
    text.append(text.isEmpty() ? "" : ", ").append(part);
  }

  private static String joined(String host, String port) {
    return (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + port;
  }
}

package nsbox.network.filter;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import nsbox.network.Address;
import nsbox.network.Network;
import nsbox.network.Pool;
import nsbox.network.PublishedPort;
import nsbox.network.netlink.MessageWriter;

/// The one table of nftables, `inet nsbox`, as requests to the kernel: filtering and translation of
/// addresses, of both versions of IP.
///
/// A network is an element of sets and a published port is an element of a map; the [Rules] are
/// always the same. What is returned are the messages of one transaction, without those that begin
/// and end it; none of them asks for an acknowledgement. They are understood by Linux 6.1 and
/// newer.
public final class FilterTable {
  /// When the instruction `netfilter` sends what is composed here, as its `FILTER_` numbers say.
  public static final int ALWAYS = 0;

  /// Not where it was sent before, and the table has not been changed since.
  public static final int UNLESS_THERE = 1;

  /// Always; and the table is as it should be then.
  public static final int REPAIR = 2;

  /// Always; what is not there is gone already.
  public static final int TAKE_OUT = 3;

  static final String NAME = "nsbox";

  /* Names of interfaces: all bridges, those of internal networks, those whose networks get the host's
   * address outside, and pairs of the same one whose containers reach each other. */
  static final String BRIDGES = "bridges";
  static final String INTERNAL = "internal";
  static final String MASQUERADED = "masqueraded";
  static final String WITHIN = "within";

  /* Addresses of the networks. */
  static final String SUBNETS_4 = "subnets4";
  static final String SUBNETS_6 = "subnets6";

  /* Published on all addresses, and on one. */
  static final String PORTS_4 = "ports4";
  static final String PORTS_4_AT = "ports4_at";
  static final String PORTS_6 = "ports6";
  static final String PORTS_6_AT = "ports6_at";

  private static final int SHORT_ID = 12;

  /* Bytes to begin with, for the table and for elements alone. */
  private static final int CAPACITY = 12288;
  private static final int FEW = 1024;

  private FilterTable() {}

  /// Makes what is missing of the table, makes all rules anew and adds these networks.
  ///
  /// It does the same to a table that is not there, that is as it should be, and that somebody has
  /// flushed or changed. Elements that are there stay. The kernel refuses with `EEXIST` if a chain
  /// or a set of one of these names is another kind: then the table has to go first.
  public static byte[] ensure(List<Network> networks) {
    MessageWriter out = new MessageWriter(CAPACITY);
    Declarations.table(out);
    sets(out);
    Rules.write(out);
    for (Network network : networks) {
      elements(out, Declarations.NEW_ELEMENT, network);
    }
    return out.bytes();
  }

  /// Takes a network out, also if it is not there.
  ///
  /// The kernel refuses with `ENOENT` if the table is not there: then there is nothing to do.
  public static byte[] remove(Network network) {
    MessageWriter out = new MessageWriter(FEW);
    elements(out, Declarations.NEW_ELEMENT, network);
    elements(out, Declarations.DELETE_ELEMENT, network);
    return out.bytes();
  }

  /// Adds ports of a container: a message for each address on which one is published, in this
  /// order.
  ///
  /// What is there already is no error. The kernel refuses with `EEXIST` if a port leads elsewhere.
  /// The messages are none if nothing has to be done.
  ///
  /// @param version4 the container's address, if it has one of this version
  /// @param version6 likewise
  public static byte[] publish(
      List<PublishedPort> ports,
      Optional<Address> version4,
      Optional<Address> version6,
      String containerId) {
    return ports(ports, version4, version6, containerId, false);
  }

  /// Takes ports of a container out, also if they are not there.
  ///
  /// The kernel refuses with `EEXIST` if one of them leads elsewhere by now, and with `ENOENT` if
  /// the table is not there: then there is nothing to do.
  public static byte[] withdraw(
      List<PublishedPort> ports,
      Optional<Address> version4,
      Optional<Address> version6,
      String containerId) {
    return ports(ports, version4, version6, containerId, true);
  }

  private static byte[] ports(
      List<PublishedPort> ports,
      Optional<Address> version4,
      Optional<Address> version6,
      String containerId,
      boolean taken) {
    String comment = containerId.substring(0, Math.min(SHORT_ID, containerId.length()));
    MessageWriter out = new MessageWriter(FEW);
    for (PublishedPort port : ports) {
      elements(out, Declarations.NEW_ELEMENT, port, version4, version6, comment);
      if (taken) {
        elements(out, Declarations.DELETE_ELEMENT, port, version4, version6, "");
      }
    }
    return out.bytes();
  }

  private static void sets(MessageWriter out) {
    Declarations.names(out, 1, BRIDGES, 1);
    Declarations.names(out, 2, INTERNAL, 1);
    Declarations.names(out, 3, MASQUERADED, 1);
    Declarations.names(out, 4, WITHIN, 2);
    Declarations.subnets(out, 5, SUBNETS_4, false);
    Declarations.subnets(out, 6, SUBNETS_6, true);
    Declarations.ports(out, 7, PORTS_4, false, false);
    Declarations.ports(out, 8, PORTS_4_AT, false, true);
    Declarations.ports(out, 9, PORTS_6, true, false);
    Declarations.ports(out, 10, PORTS_6_AT, true, true);
  }

  private static void elements(MessageWriter out, int message, Network network) {
    if (!network.isBridge()) {
      return;
    }
    link(out, message, BRIDGES, network.link(), 1);
    if (network.connects()) {
      link(out, message, WITHIN, network.link(), 2);
    }
    if (network.internal()) {
      link(out, message, INTERNAL, network.link(), 1);
    } else if (network.masquerades()) {
      link(out, message, MASQUERADED, network.link(), 1);
    }
    for (Pool pool : network.pools()) {
      String set = pool.subnet().isVersion6() ? SUBNETS_6 : SUBNETS_4;
      Declarations.range(out, message, set, pool.subnet());
    }
  }

  private static void link(MessageWriter out, int message, String set, String link, int times) {
    byte[] name = link.getBytes(StandardCharsets.UTF_8);
    Declarations.element(out, message, set);
    for (int i = 0; i < times; i++) {
      int from = out.position();
      out.bytes(name).fill(from, Declarations.INTERFACE_SIZE);
    }
    Declarations.endElement(out, "");
  }

  private static void elements(
      MessageWriter out,
      int message,
      PublishedPort port,
      Optional<Address> version4,
      Optional<Address> version6,
      String comment) {
    boolean both = port.host().isEmpty();
    boolean six = !both && port.host().get().isVersion6();
    if (version4.isPresent() && (both || !six)) {
      element(out, message, port, version4.get(), comment);
    }
    if (version6.isPresent() && (both || six)) {
      element(out, message, port, version6.get(), comment);
    }
  }

  private static void element(
      MessageWriter out, int message, PublishedPort port, Address container, String comment) {
    boolean six = container.isVersion6();
    if (port.host().isEmpty() || port.host().get().isAny()) {
      Declarations.element(out, message, six ? PORTS_6 : PORTS_4);
    } else {
      Declarations.element(out, message, six ? PORTS_6_AT : PORTS_4_AT);
      out.bytes(port.host().get().bytes());
    }
    out.u8(number(port.protocol())).u8(0).be16(0).be16(port.hostPort()).be16(0);
    if (message == Declarations.NEW_ELEMENT) {
      Declarations.elementData(out);
      out.bytes(container.bytes()).be16(port.containerPort()).be16(0);
    }
    Declarations.endElement(out, comment);
  }

  static int number(String protocol) {
    return switch (protocol) {
      case PublishedPort.TCP -> 6;
      case PublishedPort.UDP -> 17;
      case PublishedPort.SCTP -> 132;
      default -> throw new IllegalArgumentException(protocol);
    };
  }
}

package nsbox.network.filter;

import nsbox.network.Address;
import nsbox.network.Subnet;
import nsbox.network.netlink.MessageWriter;

/// What a table is made of, apart from its rules: chains, sets, maps and their elements.
///
/// Each is made where it is not there; what is there already stays as it is.
final class Declarations {
  /* Of linux/netfilter/nf_tables.h. */
  static final int NEW_TABLE = 0;
  static final int NEW_RULE = 6;
  static final int NEW_ELEMENT = 12;
  static final int DELETE_ELEMENT = 14;
  private static final int NEW_CHAIN = 3;
  private static final int DELETE_RULE = 8;
  private static final int NEW_SET = 9;
  private static final int INTERVALS = 4;
  private static final int MAP = 8;
  private static final int INTERVAL_END = 1;

  /* As `nft` says how a number lies in memory. */
  private static final int NO_ORDER = 0;
  private static final int HOST_ORDER = 1;
  private static final int NETWORK_ORDER = 2;
  private static final int SUBSYSTEM = 10;
  private static final int INET = 1;
  private static final int VALUE = 1;
  private static final int ACCEPT = 1;

  /* The types that `nft` knows elements by. A concatenation is one number, six bits each. */
  private static final int ADDRESS_4 = 7;
  private static final int ADDRESS_6 = 8;
  private static final int PROTOCOL = 12;
  private static final int PORT = 13;
  private static final int INTERFACE = 41;

  /// Bytes of an interface's name in a set.
  static final int INTERFACE_SIZE = 16;

  private Declarations() {}

  /// Begins a message about the table.
  static void message(MessageWriter out, int type, int flags) {
    out.message(SUBSYSTEM << 8 | type, MessageWriter.REQUEST | flags).u8(INET).u8(0).be16(0);
  }

  static void table(MessageWriter out) {
    message(out, NEW_TABLE, MessageWriter.CREATE);
    out.attribute(1, FilterTable.NAME).attributeBe32(2, 0);
  }

  /// A chain that others jump to.
  static void chain(MessageWriter out, String name) {
    message(out, NEW_CHAIN, MessageWriter.CREATE);
    out.attribute(1, FilterTable.NAME).attribute(3, name);
  }

  /// A chain that packets come through; its policy is to accept.
  ///
  /// @param type `filter` or `nat`
  /// @param hook where: 0 before the route is chosen, 1 in, 2 through, 3 out, 4 behind all of it
  /// @param priority among the chains of the hook; the lowest is first
  static void chain(MessageWriter out, String name, String type, int hook, int priority) {
    chain(out, name);
    out.attribute(7, type).nest(4).attributeBe32(1, hook).attributeBe32(2, priority).end();
    out.attributeBe32(5, ACCEPT);
  }

  /// Takes the rules out of a chain.
  static void flush(MessageWriter out, String chain) {
    message(out, DELETE_RULE, 0);
    out.attribute(1, FilterTable.NAME).attribute(2, chain);
  }

  /// A set of names of interfaces.
  ///
  /// @param id any number that no other set has in this transaction
  /// @param count how many names a key has
  static void names(MessageWriter out, int id, String name, int count) {
    int type = count == 1 ? INTERFACE : INTERFACE << 6 | INTERFACE;
    newSet(out, id, name, 0, type, count * INTERFACE_SIZE);
    out.open(13);
    byteOrder(out, 0, count == 1 ? HOST_ORDER : NO_ORDER);
    out.end();
  }

  /// A set of ranges of addresses.
  static void subnets(MessageWriter out, int id, String name, boolean version6) {
    newSet(out, id, name, INTERVALS, version6 ? ADDRESS_6 : ADDRESS_4, version6 ? 16 : 4);
    out.open(13);
    byteOrder(out, 0, NETWORK_ORDER);
    out.end();
  }

  /// A map to an address and a port, from a protocol and a port.
  ///
  /// @param byAddress whether an address stands before them
  static void ports(MessageWriter out, int id, String name, boolean version6, boolean byAddress) {
    int address = version6 ? ADDRESS_6 : ADDRESS_4;
    int addressSize = version6 ? 16 : 4;
    int type = PROTOCOL << 6 | PORT;
    newSet(
        out,
        id,
        name,
        MAP,
        byAddress ? address << 12 | type : type,
        byAddress ? addressSize + 8 : 8);
    out.attributeBe32(6, address << 6 | PORT).attributeBe32(7, addressSize + 4);
    out.open(13);
    byteOrder(out, 0, NO_ORDER);
    byteOrder(out, 1, NO_ORDER);
    out.end();
  }

  private static void newSet(
      MessageWriter out, int id, String name, int flags, int type, int size) {
    message(out, NEW_SET, MessageWriter.CREATE);
    out.attribute(1, FilterTable.NAME).attribute(2, name).attributeBe32(3, flags);
    out.attributeBe32(4, type).attributeBe32(5, size).attributeBe32(10, id);
  }

  /* For `nft` alone, with which a number is in the machine's order. */
  private static void byteOrder(MessageWriter out, int type, int order) {
    out.u8(type).u8(4).u32(order);
  }

  /// Begins an element: its key comes next, and then [#endElement].
  static void element(MessageWriter out, int message, String set) {
    elements(out, message, set);
    out.nest(1).nest(1).open(VALUE);
  }

  /// A range of addresses: two elements of the kernel's, the other one behind its last address.
  static void range(MessageWriter out, int message, String set, Subnet subnet) {
    elements(out, message, set);
    out.nest(1).nest(1).attribute(VALUE, subnet.base().bytes()).end().end();
    Address behind = subnet.last().plus(1);
    if (!behind.isAny()) {
      out.nest(1).attributeBe32(3, INTERVAL_END);
      out.nest(1).attribute(VALUE, behind.bytes()).end().end();
    }
    out.end();
  }

  private static void elements(MessageWriter out, int message, String set) {
    message(out, message, message == NEW_ELEMENT ? MessageWriter.CREATE : 0);
    out.attribute(1, FilterTable.NAME).attribute(2, set).nest(3);
  }

  /// Behind an element's key: what the map has for it comes next.
  static void elementData(MessageWriter out) {
    out.end().end().nest(2).open(VALUE);
  }

  /// @param comment for people who list the table; none if it is empty
  static void endElement(MessageWriter out, String comment) {
    out.end().end();
    if (!comment.isEmpty()) {
      out.open(6).u8(0).u8(comment.length() + 1).text(comment).end();
    }
    out.end().end();
  }
}

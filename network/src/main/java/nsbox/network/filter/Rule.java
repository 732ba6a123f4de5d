package nsbox.network.filter;

import nsbox.network.netlink.MessageWriter;

/// One rule: expressions, in the order in which the kernel evaluates them. The first that does not
/// match ends it; what is behind the last one is done with the packet.
///
/// A register is counted in words of four bytes, from 0 to 15. `nft` makes the text of a rule from
/// its expressions: they are the ones that it would make of that text.
final class Rule {
  static final int ICMP = 1;
  static final int ICMPV6 = 58;

  /* Of linux/netfilter/nf_tables.h. */
  private static final int TABLE = 1;
  private static final int CHAIN = 2;
  private static final int EXPRESSIONS = 4;
  private static final int ELEMENT = 1;
  private static final int NAME = 1;
  private static final int DATA = 2;
  private static final int VALUE = 1;
  private static final int WORDS = 8;
  private static final int META_IIFNAME = 6;
  private static final int META_OIFNAME = 7;
  private static final int META_NFPROTO = 15;
  private static final int META_L4PROTO = 16;
  private static final int CT_STATE = 0;
  private static final int CT_STATUS = 2;
  private static final int NETWORK_HEADER = 1;
  private static final int TRANSPORT_HEADER = 2;
  private static final int EQUAL = 0;
  private static final int UNEQUAL = 1;
  private static final int DROP = 0;
  private static final int ACCEPT = 1;
  private static final int JUMP = -3;
  private static final int RETURN = -5;

  /* Of linux/netfilter.h, linux/rtnetlink.h and linux/netfilter/nf_conntrack_common.h. */
  private static final int NFPROTO_IPV4 = 2;
  private static final int NFPROTO_IPV6 = 10;
  private static final int RTN_LOCAL = 2;
  private static final int ESTABLISHED_OR_RELATED = 2 | 4;
  private static final int DESTINATION_NAT = 0x20;

  /* Where headers have their addresses. */
  private static final int SOURCE_4 = 12;
  private static final int SOURCE_6 = 8;
  private static final int DESTINATION_4 = 16;
  private static final int DESTINATION_6 = 24;
  private static final int DESTINATION_PORT = 2;

  private final MessageWriter out;

  /// Begins a rule behind those that the chain has.
  Rule(MessageWriter out, String chain) {
    this.out = out;
    Declarations.message(out, Declarations.NEW_RULE, MessageWriter.CREATE | MessageWriter.APPEND);
    out.attribute(TABLE, FilterTable.NAME).attribute(CHAIN, chain).nest(EXPRESSIONS);
  }

  /// It came by an interface of this set.
  Rule from(String set) {
    meta(META_IIFNAME, 0);
    return lookup(set, false);
  }

  /// It leaves by an interface of this set.
  Rule to(String set) {
    meta(META_OIFNAME, 0);
    return lookup(set, false);
  }

  /// It leaves by an interface that is not of this set.
  Rule notTo(String set) {
    meta(META_OIFNAME, 0);
    return lookup(set, true);
  }

  /// The interface by which it came and the one by which it leaves are a pair of this set.
  Rule between(String set) {
    meta(META_IIFNAME, 0);
    meta(META_OIFNAME, 4);
    return lookup(set, false);
  }

  /// It is of this version of IP.
  Rule version(boolean version6) {
    meta(META_NFPROTO, 0);
    return compareByte(version6 ? NFPROTO_IPV6 : NFPROTO_IPV4);
  }

  /// It is of this protocol above IP.
  Rule protocol(int number) {
    meta(META_L4PROTO, 0);
    return compareByte(number);
  }

  /// It comes from an address of this set.
  Rule fromAddress(boolean version6, String set) {
    version(version6);
    payload(NETWORK_HEADER, version6 ? SOURCE_6 : SOURCE_4, version6 ? 16 : 4, 0);
    return lookup(set, false);
  }

  /// It comes from `127.0.0.0/8`.
  Rule fromLoopback4() {
    version(false);
    payload(NETWORK_HEADER, SOURCE_4, 1, 0);
    return compareByte(127);
  }

  /// It goes to `127.0.0.0/8`.
  Rule toLoopback4() {
    version(false);
    payload(NETWORK_HEADER, DESTINATION_4, 1, 0);
    return compareByte(127);
  }

  /// It goes to `::1`.
  Rule toLoopback6() {
    version(true);
    payload(NETWORK_HEADER, DESTINATION_6, 16, 0);
    compare(EQUAL).be32(0).be32(0).be32(0).be32(1);
    return endCompare();
  }

  /// It goes to an address of the host's.
  Rule toHost() {
    begin("fib").attributeBe32(3, 2).attributeBe32(2, 3).attributeBe32(1, WORDS);
    end();
    compare(EQUAL).u32(RTN_LOCAL);
    return endCompare();
  }

  /// It belongs to a connection that is there, or tells of one.
  Rule established() {
    return connection(CT_STATE, ESTABLISHED_OR_RELATED);
  }

  /// It is of a connection that was sent on to another address.
  Rule redirected() {
    return connection(CT_STATUS, DESTINATION_NAT);
  }

  void accept() {
    verdict(ACCEPT, "");
  }

  void drop() {
    verdict(DROP, "");
  }

  /// Goes on in a chain, and behind this rule if nothing there decides.
  void jump(String chain) {
    verdict(JUMP, chain);
  }

  /// Leaves the chain: its policy decides.
  void leave() {
    verdict(RETURN, "");
  }

  /// Gives it the address of the interface by which it leaves.
  void masquerade() {
    begin("masq");
    end();
    out.end();
  }

  /// Sends it on to the address and the port that the map has for its destination.
  ///
  /// @param byAddress whether the map's keys are address, protocol and port, and not just the
  ///   latter
  void redirect(boolean version6, String map, boolean byAddress) {
    version(version6);
    int words = 0;
    if (byAddress) {
      words = version6 ? 4 : 1;
      payload(NETWORK_HEADER, version6 ? DESTINATION_6 : DESTINATION_4, 4 * words, 0);
    }
    meta(META_L4PROTO, words);
    payload(TRANSPORT_HEADER, DESTINATION_PORT, 2, words + 1);
    begin("lookup").attributeBe32(2, WORDS).attributeBe32(3, WORDS).attribute(1, map);
    end();
    begin("nat")
        .attributeBe32(1, 1)
        .attributeBe32(2, version6 ? NFPROTO_IPV6 : NFPROTO_IPV4)
        .attributeBe32(3, WORDS)
        .attributeBe32(5, WORDS + (version6 ? 4 : 1));
    end();
    out.end();
  }

  private void meta(int key, int word) {
    begin("meta").attributeBe32(2, key).attributeBe32(1, WORDS + word);
    end();
  }

  private void payload(int base, int offset, int size, int word) {
    begin("payload")
        .attributeBe32(1, WORDS + word)
        .attributeBe32(2, base)
        .attributeBe32(3, offset)
        .attributeBe32(4, size);
    end();
  }

  private Rule lookup(String set, boolean inverted) {
    begin("lookup").attributeBe32(2, WORDS).attribute(1, set);
    if (inverted) {
      out.attributeBe32(5, 1);
    }
    return end();
  }

  private Rule connection(int key, int mask) {
    begin("ct").attributeBe32(2, key).attributeBe32(1, WORDS);
    end();
    begin("bitwise").attributeBe32(1, WORDS).attributeBe32(2, WORDS).attributeBe32(3, 4);
    out.nest(4).open(VALUE).u32(mask).end().end();
    out.nest(5).open(VALUE).u32(0).end().end();
    end();
    compare(UNEQUAL).u32(0);
    return endCompare();
  }

  private Rule compareByte(int value) {
    compare(EQUAL).u8(value);
    return endCompare();
  }

  private MessageWriter compare(int operation) {
    return begin("cmp").attributeBe32(1, WORDS).attributeBe32(2, operation).nest(3).open(VALUE);
  }

  private Rule endCompare() {
    out.end().end();
    return end();
  }

  private void verdict(int code, String chain) {
    begin("immediate").attributeBe32(1, 0).nest(2).nest(2).attributeBe32(1, code);
    if (!chain.isEmpty()) {
      out.attribute(2, chain);
    }
    out.end().end();
    end();
    out.end();
  }

  private MessageWriter begin(String expression) {
    return out.nest(ELEMENT).attribute(NAME, expression).nest(DATA);
  }

  private Rule end() {
    out.end().end();
    return this;
  }
}

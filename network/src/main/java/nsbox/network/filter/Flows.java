package nsbox.network.filter;

import java.util.List;
import nsbox.network.Address;
import nsbox.network.PublishedPort;
import nsbox.network.netlink.MessageWriter;

/// Flows that the kernel knows, as requests that ask for them: connection tracking has the packets
/// of a flow go where its first one went, whatever the table says since.
///
/// TCP is left out: a connection to what was behind a port before means nothing to what is behind
/// it now. The kernel filters what it is asked for since Linux 5.8.
public final class Flows {
  private static final int CTNETLINK_GET = 1 << 8 | 1;
  private static final int NLM_F_DUMP = 0x300;
  private static final int NFPROTO_IPV4 = 2;
  private static final int NFPROTO_IPV6 = 10;

  private static final int CTA_TUPLE_ORIG = 1;
  private static final int CTA_TUPLE_IP = 1;
  private static final int CTA_TUPLE_PROTO = 2;
  private static final int CTA_IP_V4_DST = 2;
  private static final int CTA_IP_V6_DST = 4;
  private static final int CTA_PROTO_NUM = 1;
  private static final int CTA_PROTO_DST_PORT = 3;
  private static final int CTA_FILTER = 25;
  private static final int CTA_FILTER_ORIG_FLAGS = 1;

  /* Which members of a tuple count. */
  private static final int OF_ADDRESS = 1 << 1;
  private static final int OF_PROTOCOL = 1 << 3;
  private static final int OF_PORT = 1 << 5;

  private static final int CAPACITY = 256;

  private Flows() {}

  /// The flows to these ports of the host: a message for each port and version. None if they are
  /// all of TCP.
  public static byte[] to(List<PublishedPort> ports) {
    MessageWriter out = new MessageWriter(CAPACITY);
    for (PublishedPort port : ports) {
      if (port.protocol().equals(PublishedPort.TCP)) {
        continue;
      }
      boolean both = port.host().isEmpty();
      if (both || !port.host().get().isVersion6()) {
        request(out, port, NFPROTO_IPV4);
      }
      if (both || port.host().get().isVersion6()) {
        request(out, port, NFPROTO_IPV6);
      }
    }
    return out.bytes();
  }

  private static void request(MessageWriter out, PublishedPort port, int family) {
    boolean ofOne = port.host().isPresent() && !port.host().get().isAny();
    out.message(CTNETLINK_GET, MessageWriter.REQUEST | NLM_F_DUMP);
    out.u8(family).u8(0).be16(0);
    out.nest(CTA_TUPLE_ORIG);
    if (ofOne) {
      Address address = port.host().get();
      int type = address.isVersion6() ? CTA_IP_V6_DST : CTA_IP_V4_DST;
      out.nest(CTA_TUPLE_IP).attribute(type, address.bytes()).end();
    }
    out.nest(CTA_TUPLE_PROTO).attributeU8(CTA_PROTO_NUM, FilterTable.number(port.protocol()));
    out.open(CTA_PROTO_DST_PORT).be16(port.hostPort()).end();
    out.end().end();
    int flags = OF_PROTOCOL | OF_PORT | (ofOne ? OF_ADDRESS : 0);
    out.nest(CTA_FILTER).attributeU32(CTA_FILTER_ORIG_FLAGS, flags).end();
  }
}

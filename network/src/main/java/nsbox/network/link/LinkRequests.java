package nsbox.network.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import nsbox.network.Address;
import nsbox.network.Subnet;

/// Requests about links, addresses and routes, as bytes that follow each other. All of them may be
/// sent again: what is there already is left as it is.
///
/// @spec https://man7.org/linux/man-pages/man7/rtnetlink.7.html
public final class LinkRequests {
  private static final short RTM_NEWLINK = 16;
  private static final short RTM_NEWADDR = 20;
  private static final short RTM_NEWROUTE = 24;

  private static final int NLM_F_REQUEST = 1;
  private static final int NLM_F_REPLACE = 0x100;
  private static final int NLM_F_EXCL = 0x200;
  private static final int NLM_F_CREATE = 0x400;

  private static final int IFF_UP = 1;
  private static final short IFLA_ADDRESS = 1;
  private static final short IFLA_IFNAME = 3;
  private static final short IFLA_MTU = 4;
  private static final short IFLA_LINK = 5;
  private static final short IFLA_MASTER = 10;
  private static final short IFLA_LINKINFO = 18;
  private static final short IFLA_NET_NS_PID = 19;
  private static final short IFLA_AF_SPEC = 26;
  private static final short IFLA_INFO_KIND = 1;
  private static final short IFLA_INFO_DATA = 2;
  private static final short VETH_INFO_PEER = 1;
  private static final short IFLA_INET6_ADDR_GEN_MODE = 8;
  private static final byte IN6_ADDR_GEN_MODE_NONE = 1;

  private static final short IFA_ADDRESS = 1;
  private static final short IFA_LOCAL = 2;
  private static final short IFA_BROADCAST = 4;
  private static final int IFA_F_NODAD = 2;

  private static final short RTA_DST = 1;
  private static final short RTA_OIF = 4;
  private static final short RTA_GATEWAY = 5;
  private static final byte RT_TABLE_MAIN = (byte) 254;
  private static final byte RTPROT_BOOT = 3;
  private static final byte RTN_UNICAST = 1;
  private static final byte RT_SCOPE_LINK = (byte) 253;

  private static final byte AF_INET = 2;
  private static final byte AF_INET6 = 10;
  private static final int HEADER_BYTES = 16;

  private ByteBuffer bytes = ByteBuffer.allocate(2048).order(ByteOrder.nativeOrder());
  private int processHole;

  public byte[] bytes() {
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /// Where the pid of the container's process belongs; 0 if no request names it.
  public int processHole() {
    return processHole;
  }

  /// A bridge, up. Its address is said, else it would be that of one of its links, and change.
  public void bridge(int index, String name, byte[] mac, int mtu) {
    int start = begin(RTM_NEWLINK, NLM_F_CREATE);
    linkHeader(index, IFF_UP);
    text(IFLA_IFNAME, name);
    number(IFLA_MTU, mtu);
    attribute(IFLA_ADDRESS, mac);
    int info = nest(IFLA_LINKINFO);
    text(IFLA_INFO_KIND, "bridge");
    close(info);
    end(start);
  }

  /// A pair of links: one on the bridge, the other in the network namespace of the container's
  /// process, down.
  public void pair(int index, int master, String name, int innerIndex, byte[] mac, int mtu) {
    int start = begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    linkHeader(index, IFF_UP);
    number(IFLA_MTU, mtu);
    number(IFLA_MASTER, master);
    int info = nest(IFLA_LINKINFO);
    text(IFLA_INFO_KIND, "veth");
    int data = nest(IFLA_INFO_DATA);
    int peer = nest(VETH_INFO_PEER);
    linkHeader(innerIndex, 0);
    innerLink(name, mac, mtu);
    close(peer);
    close(data);
    close(info);
    end(start);
  }

  /// A link of the container's that shares an interface of the host.
  ///
  /// @param kind `macvlan` or `ipvlan`
  /// @param mode as the kernel numbers it
  /// @param mac null where it is the interface's
  public void shared(
      String kind, int parent, int mode, String name, int innerIndex, byte[] mac, int mtu) {
    int start = begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
    linkHeader(innerIndex, 0);
    number(IFLA_LINK, parent);
    innerLink(name, mac, mtu);
    int info = nest(IFLA_LINKINFO);
    text(IFLA_INFO_KIND, kind);
    int data = nest(IFLA_INFO_DATA);
    if (kind.equals("macvlan")) {
      number((short) 1, mode);
    } else {
      attribute((short) 1, new byte[] {(byte) mode, (byte) (mode >> 8)});
    }
    close(data);
    close(info);
    end(start);
  }

  private void innerLink(String name, byte[] mac, int mtu) {
    text(IFLA_IFNAME, name);
    if (mtu > 0) {
      number(IFLA_MTU, mtu);
    }
    if (mac != null) {
      attribute(IFLA_ADDRESS, mac);
    }
    number(IFLA_NET_NS_PID, 0);
    processHole = bytes.position() - Integer.BYTES;
  }

  public void up(int index) {
    int start = begin(RTM_NEWLINK, 0);
    linkHeader(index, IFF_UP);
    end(start);
  }

  /// Has a link that is still down get no address of version 6 by itself. Not where the kernel has
  /// no version 6.
  public void noOwnAddress(int index) {
    int start = begin(RTM_NEWLINK, 0);
    linkHeader(index, 0);
    int families = nest(IFLA_AF_SPEC);
    int family = nest(AF_INET6);
    attribute(IFLA_INET6_ADDR_GEN_MODE, new byte[] {IN6_ADDR_GEN_MODE_NONE});
    close(family);
    close(families);
    end(start);
  }

  /// An address, which is used at once: nobody else can have it, so nobody is asked.
  public void address(int index, Address address, Subnet subnet) {
    int start = begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
    boolean version6 = address.isVersion6();
    room(8);
    bytes.put(version6 ? AF_INET6 : AF_INET).put((byte) subnet.length());
    bytes.put((byte) (version6 ? IFA_F_NODAD : 0)).put((byte) 0).putInt(index);
    attribute(IFA_LOCAL, address.bytes());
    attribute(IFA_ADDRESS, address.bytes());
    if (!version6 && subnet.length() < 31) {
      attribute(IFA_BROADCAST, subnet.last().bytes());
    }
    end(start);
  }

  /// A route by way of a gateway.
  ///
  /// @param to everywhere if its length is 0
  public void route(int index, Subnet to, Address gateway) {
    int start = begin(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
    routeHeader(to, (byte) 0);
    if (to.length() > 0) {
      attribute(RTA_DST, to.base().bytes());
    }
    attribute(RTA_GATEWAY, gateway.bytes());
    number(RTA_OIF, index);
    end(start);
  }

  /// A route to all that the link itself leads to.
  public void linkRoute(int index, Subnet to) {
    int start = begin(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
    routeHeader(to, RT_SCOPE_LINK);
    if (to.length() > 0) {
      attribute(RTA_DST, to.base().bytes());
    }
    number(RTA_OIF, index);
    end(start);
  }

  private void routeHeader(Subnet to, byte scope) {
    room(12);
    bytes.put(to.isVersion6() ? AF_INET6 : AF_INET).put((byte) to.length());
    bytes.put((byte) 0).put((byte) 0).put(RT_TABLE_MAIN).put(RTPROT_BOOT);
    bytes.put(scope).put(RTN_UNICAST).putInt(0);
  }

  private int begin(short type, int flags) {
    room(HEADER_BYTES);
    int start = bytes.position();
    bytes.putInt(0).putShort(type).putShort((short) (NLM_F_REQUEST | flags));
    bytes.putInt(0).putInt(0); // sequence number, port
    return start;
  }

  private void end(int start) {
    bytes.putInt(start, bytes.position() - start);
  }

  private void linkHeader(int index, int flags) {
    room(16);
    bytes.put((byte) 0).put((byte) 0).putShort((short) 0); // family, padding, type
    bytes.putInt(index).putInt(flags).putInt(flags);
  }

  private int nest(short type) {
    room(4);
    int start = bytes.position();
    bytes.putShort((short) 0).putShort(type);
    return start;
  }

  private void close(int start) {
    bytes.putShort(start, (short) (bytes.position() - start));
  }

  private void text(short type, String text) {
    byte[] value = text.getBytes(StandardCharsets.US_ASCII);
    attribute(type, Arrays.copyOf(value, value.length + 1));
  }

  private void number(short type, int value) {
    room(8);
    bytes.putShort((short) 8).putShort(type).putInt(value);
  }

  private void attribute(short type, byte[] value) {
    int padded = value.length + 3 & ~3;
    room(4 + padded);
    bytes.putShort((short) (4 + value.length)).putShort(type).put(value);
    for (int i = value.length; i < padded; i++) {
      bytes.put((byte) 0);
    }
  }

  private void room(int more) {
    if (bytes.remaining() < more) {
      byte[] larger = Arrays.copyOf(bytes.array(), 2 * bytes.capacity());
      int position = bytes.position();
      bytes = ByteBuffer.wrap(larger).order(ByteOrder.nativeOrder());
      bytes.position(position);
    }
  }
}

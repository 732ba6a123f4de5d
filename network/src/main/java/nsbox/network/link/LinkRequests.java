package nsbox.network.link;

import nsbox.network.Address;
import nsbox.network.Subnet;
import nsbox.network.netlink.MessageWriter;

/// Requests about links, addresses and routes, as bytes that follow each other. Those about
/// addresses and routes may be sent again: what is there already is left as it is.
///
/// @spec https://man7.org/linux/man-pages/man7/rtnetlink.7.html
public final class LinkRequests {
  private static final int CAPACITY = 1024;
  private static final int RTM_NEWLINK = 16;
  private static final int RTM_DELLINK = 17;
  private static final int RTM_NEWADDR = 20;
  private static final int RTM_NEWROUTE = 24;
  private static final int NLM_F_REPLACE = 0x100;

  private static final int IFF_UP = 1;
  private static final int IFLA_ADDRESS = 1;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_MTU = 4;
  private static final int IFLA_LINK = 5;
  private static final int IFLA_MASTER = 10;
  private static final int IFLA_LINKINFO = 18;
  private static final int IFLA_NET_NS_PID = 19;
  private static final int IFLA_AF_SPEC = 26;
  private static final int IFLA_INFO_KIND = 1;
  private static final int IFLA_INFO_DATA = 2;
  private static final int IFLA_INFO_SLAVE_KIND = 4;
  private static final int IFLA_INFO_SLAVE_DATA = 5;
  private static final int IFLA_BRPORT_MODE = 4;
  private static final int IFLA_BRPORT_ISOLATED = 33;
  private static final int IFLA_MACVLAN_MODE = 1;
  private static final int IFLA_IPVLAN_MODE = 1;
  private static final int VETH_INFO_PEER = 1;
  private static final int IFLA_INET6_ADDR_GEN_MODE = 8;
  private static final int IN6_ADDR_GEN_MODE_NONE = 1;

  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;
  private static final int IFA_BROADCAST = 4;
  private static final int IFA_F_NODAD = 2;

  private static final int RTA_DST = 1;
  private static final int RTA_OIF = 4;
  private static final int RTA_GATEWAY = 5;
  private static final int RT_TABLE_MAIN = 254;
  private static final int RTPROT_BOOT = 3;
  private static final int RTN_UNICAST = 1;
  private static final int RT_SCOPE_LINK = 253;

  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;

  /* RFC 3021: in networks of two addresses or one, none is for all. */
  private static final int LONGEST_WITH_BROADCAST = 30;

  private final MessageWriter out = new MessageWriter(CAPACITY);
  private int processHole;

  public byte[] bytes() {
    return out.bytes();
  }

  /// Where the pid of the container's process belongs; 0 if no request names it.
  public int processHole() {
    return processHole;
  }

  /// A new bridge. Its address is said, else it would be that of one of its links, and change.
  ///
  /// The kernel refuses with `EEXIST` if it is there, or if another link has its name. To say again
  /// what is there would be refused as well: up to Linux 6.2, who is up may not even be given the
  /// name that it has.
  public void bridge(int index, String name, byte[] mac) {
    newLink();
    link(index, 0);
    out.attribute(IFLA_IFNAME, name).attribute(IFLA_ADDRESS, mac);
    out.nest(IFLA_LINKINFO).attribute(IFLA_INFO_KIND, "bridge").end();
  }

  /// A link that is there, up.
  public void up(int index, int mtu) {
    out.message(RTM_NEWLINK, MessageWriter.REQUEST);
    link(index, IFF_UP);
    out.attributeU32(IFLA_MTU, mtu);
  }

  /// A pair of links: one on the bridge, the other in the network namespace of the container's
  /// process, down. What the container sends to itself by the bridge comes back to it: so it
  /// reaches a port of its own that is published, also where the host filters what its bridges
  /// forward.
  ///
  /// @param isolated whether the bridge keeps its frames from others of which that is true; not
  ///   those of the container to itself
  public void pair(
      int index, int master, String name, int innerIndex, byte[] mac, int mtu, boolean isolated) {
    newLink();
    link(index, IFF_UP);
    out.attributeU32(IFLA_MTU, mtu).attributeU32(IFLA_MASTER, master);
    out.nest(IFLA_LINKINFO).attribute(IFLA_INFO_KIND, "veth");
    out.nest(IFLA_INFO_DATA).open(VETH_INFO_PEER);
    link(innerIndex, 0);
    innerLink(name, mac, mtu);
    out.end().end().end();
    out.message(RTM_NEWLINK, MessageWriter.REQUEST);
    link(index, 0);
    out.nest(IFLA_LINKINFO).attribute(IFLA_INFO_SLAVE_KIND, "bridge");
    out.nest(IFLA_INFO_SLAVE_DATA).attributeU8(IFLA_BRPORT_MODE, 1);
    out.attributeU8(IFLA_BRPORT_ISOLATED, isolated ? 1 : 0).end().end();
  }

  /// A link of the container's that shares an interface of the host.
  ///
  /// @param kind `macvlan` or `ipvlan`
  /// @param mode as the kernel numbers it
  /// @param mac null where it is the interface's
  /// @param mtu 0 where it is the interface's
  public void shared(
      String kind, int parent, int mode, String name, int innerIndex, byte[] mac, int mtu) {
    newLink();
    link(innerIndex, 0);
    out.attributeU32(IFLA_LINK, parent);
    innerLink(name, mac, mtu);
    out.nest(IFLA_LINKINFO).attribute(IFLA_INFO_KIND, kind).nest(IFLA_INFO_DATA);
    if (kind.equals("macvlan")) {
      out.attributeU32(IFLA_MACVLAN_MODE, mode);
    } else {
      out.attributeU16(IFLA_IPVLAN_MODE, mode);
    }
    out.end().end();
  }

  private void newLink() {
    out.message(
        RTM_NEWLINK, MessageWriter.REQUEST | MessageWriter.CREATE | MessageWriter.EXCLUSIVE);
  }

  private void innerLink(String name, byte[] mac, int mtu) {
    out.attribute(IFLA_IFNAME, name);
    if (mtu > 0) {
      out.attributeU32(IFLA_MTU, mtu);
    }
    if (mac != null) {
      out.attribute(IFLA_ADDRESS, mac);
    }
    out.attributeU32(IFLA_NET_NS_PID, 0);
    processHole = out.position() - Integer.BYTES;
  }

  /// Takes a link away.
  public void remove(int index) {
    out.message(RTM_DELLINK, MessageWriter.REQUEST);
    link(index, 0);
  }

  public void up(int index) {
    out.message(RTM_NEWLINK, MessageWriter.REQUEST);
    link(index, IFF_UP);
  }

  /// Has a link that is still down get no address of version 6 by itself, which would be asked
  /// about for a second before it is used. Not where the kernel has no version 6.
  public void noOwnAddress(int index) {
    out.message(RTM_NEWLINK, MessageWriter.REQUEST);
    link(index, 0);
    out.nest(IFLA_AF_SPEC).nest(AF_INET6);
    out.attributeU8(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE).end().end();
  }

  /// An address, which is used at once: nobody else can have it, so nobody is asked.
  public void address(int index, Address address, Subnet subnet) {
    boolean version6 = address.isVersion6();
    replace(RTM_NEWADDR);
    out.u8(version6 ? AF_INET6 : AF_INET).u8(subnet.length());
    out.u8(version6 ? IFA_F_NODAD : 0).u8(0).u32(index);
    out.attribute(IFA_LOCAL, address.bytes()).attribute(IFA_ADDRESS, address.bytes());
    if (!version6 && subnet.length() <= LONGEST_WITH_BROADCAST) {
      out.attribute(IFA_BROADCAST, subnet.last().bytes());
    }
  }

  /// A route by way of a gateway.
  ///
  /// @param to everywhere if its length is 0
  public void route(int index, Subnet to, Address gateway) {
    route(to, 0);
    out.attribute(RTA_GATEWAY, gateway.bytes()).attributeU32(RTA_OIF, index);
  }

  /// A route to all that the link itself leads to.
  public void linkRoute(int index, Subnet to) {
    route(to, RT_SCOPE_LINK);
    out.attributeU32(RTA_OIF, index);
  }

  private void route(Subnet to, int scope) {
    replace(RTM_NEWROUTE);
    out.u8(to.isVersion6() ? AF_INET6 : AF_INET).u8(to.length()).u8(0).u8(0);
    out.u8(RT_TABLE_MAIN).u8(RTPROT_BOOT).u8(scope).u8(RTN_UNICAST).u32(0);
    if (to.length() > 0) {
      out.attribute(RTA_DST, to.base().bytes());
    }
  }

  private void replace(int type) {
    out.message(type, MessageWriter.REQUEST | MessageWriter.CREATE | NLM_F_REPLACE);
  }

  /* Family and type are nobody's here. */
  private void link(int index, int flags) {
    out.u32(0).u32(index).u32(flags).u32(flags);
  }
}

package nsbox.runtime.plan;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Requests to the kernel's routing netlink, as bytes.
///
/// @spec https://man7.org/linux/man-pages/man7/rtnetlink.7.html
final class Netlink {
  private static final short RTM_NEWLINK = 16;
  private static final short NLM_F_REQUEST = 1;
  private static final short NLM_F_ACK = 4;
  private static final int IFF_UP = 1;
  private static final int HEADER_BYTES = 16;
  private static final int IFINFO_BYTES = 16;

  /// Every network namespace has its loopback interface under this index.
  private static final int LOOPBACK_INDEX = 1;

  private Netlink() {}

  static byte[] loopbackUp() {
    ByteBuffer message =
        ByteBuffer.allocate(HEADER_BYTES + IFINFO_BYTES).order(ByteOrder.nativeOrder());
    message.putInt(HEADER_BYTES + IFINFO_BYTES);
    message.putShort(RTM_NEWLINK).putShort((short) (NLM_F_REQUEST | NLM_F_ACK));
    message.putInt(1).putInt(0); // sequence number, port
    message.put((byte) 0).put((byte) 0).putShort((short) 0); // family, padding, type
    message.putInt(LOOPBACK_INDEX).putInt(IFF_UP).putInt(IFF_UP); // index, flags, changed flags
    return message.array();
  }
}

package nsbox.network.netlink;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Netlink messages, one behind the other, as bytes for the kernel of this machine.
///
/// Their sequence numbers are 1, 2, 3, …, and the port of the sender is 0: the kernel's to fill in.
/// A message is its header, what its family puts behind that, and attributes: [#message] begins
/// one, and ends the one before. Attributes may hold attributes, between [#nest] and [#end].
public final class MessageWriter {
  /// Flag of a message: it asks for something.
  public static final int REQUEST = 1;

  /// Flag of a message: the kernel says what became of it.
  public static final int ACKNOWLEDGE = 4;

  /// Flag of a message: it is an error if the object is there already.
  public static final int EXCLUSIVE = 0x200;

  /// Flag of a message: the object is made if it is not there.
  public static final int CREATE = 0x400;

  /// Flag of a message: the object is put behind the others.
  public static final int APPEND = 0x800;

  private static final int NESTED = 0x8000;
  private static final int DEEPEST = 12;
  private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  private final int[] nests = new int[DEEPEST];
  private byte[] bytes;
  private int length;
  private int depth;
  private int start;
  private int count;

  /// @param capacity bytes to begin with; it grows
  public MessageWriter(int capacity) {
    bytes = new byte[capacity];
  }

  /// Begins a message.
  ///
  /// @param type with the number of its subsystem, where there are such
  public MessageWriter message(int type, int flags) {
    finish();
    start = length;
    count++;
    return u32(0).u16(type).u16(flags).u32(count).u32(0);
  }

  /// How many messages there are.
  public int count() {
    return count;
  }

  /// What was written, up to here.
  public byte[] bytes() {
    finish();
    return Arrays.copyOf(bytes, length);
  }

  public MessageWriter u8(int value) {
    room(1);
    bytes[length++] = (byte) value;
    return this;
  }

  /// In the machine's order.
  public MessageWriter u16(int value) {
    room(2);
    number16(length, value);
    length += 2;
    return this;
  }

  /// In the machine's order.
  public MessageWriter u32(int value) {
    return be32(LITTLE_ENDIAN ? Integer.reverseBytes(value) : value);
  }

  /// In network order.
  public MessageWriter be16(int value) {
    return u8(value >> 8).u8(value);
  }

  /// In network order.
  public MessageWriter be32(int value) {
    room(4);
    bytes[length] = (byte) (value >> 24);
    bytes[length + 1] = (byte) (value >> 16);
    bytes[length + 2] = (byte) (value >> 8);
    bytes[length + 3] = (byte) value;
    length += 4;
    return this;
  }

  public MessageWriter bytes(byte[] value) {
    room(value.length);
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
    return this;
  }

  /// Zeros up to `size` bytes behind `from`, which is a [#position].
  public MessageWriter fill(int from, int size) {
    int zeros = from + size - length;
    if (zeros < 0) {
      throw new IllegalArgumentException(length - from + " bytes, of " + size);
    }
    room(zeros);
    length += zeros;
    return this;
  }

  /// Where the next byte goes.
  public int position() {
    return length;
  }

  /// Begins an attribute that holds attributes.
  public MessageWriter nest(int type) {
    return open(type | NESTED);
  }

  /// Begins an attribute whose value is what is written next.
  public MessageWriter open(int type) {
    nests[depth++] = length;
    room(4);
    number16(length + 2, type);
    length += 4;
    return this;
  }

  /// Ends the attribute that was begun last.
  public MessageWriter end() {
    int from = nests[--depth];
    if (length - from > 0xffff) {
      throw new IllegalStateException("an attribute of " + (length - from) + " bytes");
    }
    number16(from, length - from);
    return align();
  }

  /// An attribute that is there or not.
  public MessageWriter flag(int type) {
    return open(type).end();
  }

  public MessageWriter attribute(int type, byte[] value) {
    return open(type).bytes(value).end();
  }

  /// A text with a zero behind it.
  public MessageWriter attribute(int type, String text) {
    return open(type).text(text).end();
  }

  public MessageWriter attributeU8(int type, int value) {
    return open(type).u8(value).end();
  }

  /// In the machine's order, as rtnetlink has its numbers.
  public MessageWriter attributeU16(int type, int value) {
    return open(type).u16(value).end();
  }

  /// In the machine's order, as rtnetlink has its numbers.
  public MessageWriter attributeU32(int type, int value) {
    return open(type).u32(value).end();
  }

  /// In network order, as netfilter has its numbers.
  public MessageWriter attributeBe32(int type, int value) {
    room(8);
    number16(length, 8);
    number16(length + 2, type);
    length += 4;
    return be32(value);
  }

  /// A text with a zero behind it.
  public MessageWriter text(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8)).u8(0);
  }

  /* A message's length leaves its padding out, like an attribute's. All of ours end aligned. */
  private void finish() {
    if (depth != 0) {
      throw new IllegalStateException(depth + " attributes are not ended");
    }
    if (count > 0) {
      align();
      int behind = length;
      length = start;
      u32(behind - start);
      length = behind;
    }
  }

  private MessageWriter align() {
    room(3);
    length = length + 3 & ~3;
    return this;
  }

  /* In the machine's order. Whole numbers at once: most of this runs once, before it is compiled. */
  private void number16(int at, int value) {
    bytes[at] = (byte) (LITTLE_ENDIAN ? value : value >> 8);
    bytes[at + 1] = (byte) (LITTLE_ENDIAN ? value >> 8 : value);
  }

  private void room(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }
}

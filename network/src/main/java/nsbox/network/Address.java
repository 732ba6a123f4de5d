package nsbox.network;

import java.util.Arrays;
import java.util.Optional;

/// An IP address, of version 4 or 6. The JDK's parser would look names up.
public final class Address implements Comparable<Address> {
  private static final int GROUPS = 8;

  private final byte[] bytes;

  private Address(byte[] bytes) {
    this.bytes = bytes;
  }

  /// @param bytes 4 or 16, in network order
  public static Address of(byte[] bytes) {
    if (bytes.length != 4 && bytes.length != 16) {
      throw new IllegalArgumentException(bytes.length + " bytes");
    }
    return new Address(bytes.clone());
  }

  /// Reads what people write; without a zone, a prefix length or brackets.
  public static Optional<Address> parse(String text) {
    byte[] bytes = text.indexOf(':') >= 0 ? version6(text) : version4(text);
    return bytes == null ? Optional.empty() : Optional.of(new Address(bytes));
  }

  public boolean isVersion6() {
    return bytes.length == 16;
  }

  /// How many bits it has: 32 or 128.
  public int bits() {
    return bytes.length * 8;
  }

  /// In network order.
  public byte[] bytes() {
    return bytes.clone();
  }

  /// Whether it stands for all addresses of the host: `0.0.0.0` or `::`.
  public boolean isAny() {
    for (byte value : bytes) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  /// The address this far behind it, modulo the address space.
  public Address plus(long distance) {
    byte[] sum = bytes.clone();
    long carry = distance;
    for (int i = sum.length - 1; i >= 0 && carry != 0; i--) {
      long value = (sum[i] & 0xff) + carry;
      sum[i] = (byte) value;
      carry = value >> 8;
    }
    return new Address(sum);
  }

  /// How far it is behind another one of its version, as far as 64 bits tell.
  long distance(Address other) {
    return low() - other.low();
  }

  private long low() {
    long low = 0;
    for (int i = Math.max(0, bytes.length - 8); i < bytes.length; i++) {
      low = low << 8 | bytes[i] & 0xff;
    }
    return low;
  }

  /// The same with all bits from `length` on cleared, or set.
  Address masked(int length, boolean set) {
    byte[] masked = bytes.clone();
    for (int bit = length; bit < bits(); bit++) {
      int mask = 0x80 >> (bit & 7);
      masked[bit >> 3] = (byte) (set ? masked[bit >> 3] | mask : masked[bit >> 3] & ~mask);
    }
    return new Address(masked);
  }

  private static byte[] version4(String text) {
    byte[] bytes = new byte[4];
    int part = 0;
    int value = 0;
    int digits = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : '.';
      if (c == '.') {
        if (digits == 0 || part == 4 || value > 255) {
          return null;
        }
        bytes[part++] = (byte) value;
        value = 0;
        digits = 0;
      } else if (c < '0' || c > '9' || digits == 3 || digits > 0 && value == 0) {
        return null; // a leading zero means octal to some
      } else {
        value = value * 10 + c - '0';
        digits++;
      }
    }
    return part == 4 ? bytes : null;
  }

  /* Eight groups, or fewer with one gap; the last two may be a version 4 address. */
  private static byte[] version6(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      byte[] all = groups(text);
      return all != null && all.length == 2 * GROUPS ? all : null;
    }
    if (text.indexOf("::", gap + 1) >= 0
        || text.lastIndexOf('.') >= 0 && gap == text.length() - 2) {
      return null;
    }
    byte[] before = groups(text.substring(0, gap));
    byte[] after = groups(text.substring(gap + 2));
    if (before == null || after == null || before.length + after.length > 2 * (GROUPS - 1)) {
      return null;
    }
    byte[] bytes = Arrays.copyOf(before, 2 * GROUPS);
    System.arraycopy(after, 0, bytes, bytes.length - after.length, after.length);
    return bytes;
  }

  private static byte[] groups(String text) {
    byte[] bytes = new byte[2 * GROUPS];
    int length = 0;
    int start = 0;
    while (start < text.length() || start > 0 && start == text.length()) {
      int colon = text.indexOf(':', start);
      int end = colon < 0 ? text.length() : colon;
      if (colon < 0 && text.indexOf('.', start) >= 0) {
        byte[] last = version4(text.substring(start));
        if (last == null || length + 4 > bytes.length) {
          return null;
        }
        System.arraycopy(last, 0, bytes, length, 4);
        return Arrays.copyOf(bytes, length + 4);
      }
      int value = end - start > 4 || end == start ? -1 : hex(text, start, end);
      if (value < 0 || length + 2 > bytes.length) {
        return null;
      }
      bytes[length++] = (byte) (value >> 8);
      bytes[length++] = (byte) value;
      start = end + 1;
    }
    return Arrays.copyOf(bytes, length);
  }

  private static int hex(String text, int start, int end) {
    int value = 0;
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      int digit = c > 'f' ? -1 : Character.digit(c, 16);
      if (digit < 0) {
        return -1;
      }
      value = value * 16 + digit;
    }
    return value;
  }

  @Override
  public int compareTo(Address other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Address address && Arrays.equals(bytes, address.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /// As RFC 5952 wants it.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (!isVersion6()) {
      for (int i = 0; i < 4; i++) {
        text.append(i == 0 ? "" : ".").append(bytes[i] & 0xff);
      }
      return text.toString();
    }
    int gap = 0;
    int gapLength = 1;
    for (int i = 0; i < GROUPS; i++) {
      int length = 0;
      while (i + length < GROUPS && group(i + length) == 0) {
        length++;
      }
      if (length > gapLength) {
        gap = i;
        gapLength = length;
      }
    }
    for (int i = 0; i < GROUPS; i++) {
      if (gapLength > 1 && i == gap) {
        text.append("::");
        i += gapLength - 1;
      } else {
        boolean first = text.isEmpty() || text.charAt(text.length() - 1) == ':';
        text.append(first ? "" : ":").append(Integer.toHexString(group(i)));
      }
    }
    return text.toString();
  }

  private int group(int index) {
    return (bytes[2 * index] & 0xff) << 8 | bytes[2 * index + 1] & 0xff;
  }
}

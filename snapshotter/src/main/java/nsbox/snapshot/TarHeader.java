package nsbox.snapshot;

import java.util.Arrays;

/// The fields of one 512-byte tar header, in the dialects that layers come in: V7, ustar, GNU,
/// star.
///
/// Numbers are octal text, or binary where the first bit is set (GNU, base 256).
///
/// @spec https://www.gnu.org/software/tar/manual/html_node/Standard.html
final class TarHeader {
  static final int BYTES = 512;

  private static final byte[] USTAR = {'u', 's', 't', 'a', 'r', 0};
  private static final byte[] GNU = {'u', 's', 't', 'a', 'r', ' ', ' ', 0};
  private static final byte[] STAR_TRAILER = {'t', 'a', 'r', 0};
  private static final int CHECKSUM = 148;
  private static final int CHECKSUM_END = 156;

  private final byte[] block;

  /// @param block kept, not copied
  TarHeader(byte[] block) {
    this.block = block;
  }

  boolean isZero() {
    for (int i = 0; i < BYTES; i++) {
      if (block[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /// Some old writers summed signed bytes; both sums are accepted, as everywhere.
  boolean hasRightChecksum() {
    long expected = number(CHECKSUM, 8);
    int unsigned = 0;
    int signed = 0;
    for (int i = 0; i < BYTES; i++) {
      byte b = i >= CHECKSUM && i < CHECKSUM_END ? (byte) ' ' : block[i];
      unsigned += Byte.toUnsignedInt(b);
      signed += b;
    }
    return expected == unsigned || expected == signed;
  }

  char type() {
    return (char) Byte.toUnsignedInt(block[156]);
  }

  byte[] name() {
    byte[] name = text(0, 100);
    if (!matches(257, USTAR)) {
      return name;
    }
    byte[] prefix = text(345, matches(508, STAR_TRAILER) ? 131 : 155);
    if (prefix.length == 0) {
      return name;
    }
    byte[] both = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
    both[prefix.length] = '/';
    System.arraycopy(name, 0, both, prefix.length + 1, name.length);
    return both;
  }

  byte[] link() {
    return text(157, 100);
  }

  int permissions() {
    return (int) number(100, 8) & 07777;
  }

  long uid() {
    return number(108, 8);
  }

  long gid() {
    return number(116, 8);
  }

  long sizeBytes() {
    return number(124, 12);
  }

  long modifiedSeconds() {
    return number(136, 12);
  }

  long major() {
    return hasDevices() ? number(329, 8) : 0;
  }

  long minor() {
    return hasDevices() ? number(337, 8) : 0;
  }

  private boolean hasDevices() {
    return matches(257, USTAR) || isGnu();
  }

  boolean isGnu() {
    return matches(257, GNU);
  }

  private boolean matches(int offset, byte[] expected) {
    return Arrays.equals(block, offset, offset + expected.length, expected, 0, expected.length);
  }

  private byte[] text(int offset, int length) {
    int end = offset;
    while (end < offset + length && block[end] != 0) {
      end++;
    }
    return Arrays.copyOfRange(block, offset, end);
  }

  private long number(int offset, int length) {
    return number(block, offset, length);
  }

  /// @throws IllegalArgumentException if the field holds no number
  static long number(byte[] block, int offset, int length) {
    int at = offset;
    int end = at + length;
    if (block[at] < 0) {
      return binary(block, at, end);
    }
    while (at < end && (block[at] == ' ' || block[at] == 0)) {
      at++;
    }
    long value = 0;
    while (at < end && block[at] != ' ' && block[at] != 0) {
      int digit = block[at++] - '0';
      if (digit < 0 || digit > 7) {
        throw new IllegalArgumentException("not a number in a header");
      }
      value = value << 3 | digit;
    }
    return value;
  }

  /// Two's complement; the first bit only marks the form, the second is the sign.
  private static long binary(byte[] block, int at, int end) {
    boolean negative = (block[at] & 0x40) != 0;
    long value = negative ? -1L << 6 | block[at] & 0x3f : block[at] & 0x3f;
    for (int i = at + 1; i < end; i++) {
      if (value > Long.MAX_VALUE >> 8 || value < Long.MIN_VALUE >> 8) {
        throw new IllegalArgumentException("a number too large in a header");
      }
      value = value << 8 | Byte.toUnsignedInt(block[i]);
    }
    return value;
  }
}

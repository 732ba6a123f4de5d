package nsbox.snapshot;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import nsbox.linux.Timestamp;

/// The records of a PAX extended header on their way out: what the 512 bytes of a tar header cannot
/// say. [PaxRecords] reads them.
///
/// @spec https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_03
final class PaxBlock {
  private static final byte[] ATTRIBUTE = ascii("SCHILY.xattr.");

  private final TreeMap<byte[], byte[]> records = new TreeMap<>(Arrays::compareUnsigned);

  boolean isEmpty() {
    return records.isEmpty();
  }

  /// A name in bytes. Records are UTF-8 unless they say otherwise, so one that is not says so.
  void putName(String key, byte[] name) {
    records.put(ascii(key), name);
    if (!isUtf8(name)) {
      records.put(ascii("hdrcharset"), ascii("BINARY"));
    }
  }

  void putNumber(String key, long number) {
    records.put(ascii(key), ascii(Long.toString(number)));
  }

  /// Seconds, and a fraction only where there is one.
  void putTime(String key, Timestamp time) {
    records.put(ascii(key), ascii(text(time)));
  }

  /// @param name without `=`, which ends a key
  void putAttribute(byte[] name, byte[] value) {
    byte[] key = Arrays.copyOf(ATTRIBUTE, ATTRIBUTE.length + name.length);
    System.arraycopy(name, 0, key, ATTRIBUTE.length, name.length);
    records.put(key, value);
  }

  /// The records in the order of their keys.
  byte[] bytes() {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (Map.Entry<byte[], byte[]> record : records.entrySet()) {
      block.writeBytes(ascii(length(record.getKey(), record.getValue()) + " "));
      block.writeBytes(record.getKey());
      block.write('=');
      block.writeBytes(record.getValue());
      block.write('\n');
    }
    return block.toByteArray();
  }

  /// A record begins with its own length, which counts its own digits too.
  private static int length(byte[] key, byte[] value) {
    int rest = key.length + value.length + 3;
    int length = rest + 1;
    while (Integer.toString(length).length() + rest != length) {
      length++;
    }
    return length;
  }

  /// What [PaxRecords#time] reads back: before 1970 the nanoseconds count the other way.
  static String text(Timestamp time) {
    if (time.nanos() == 0) {
      return Long.toString(time.seconds());
    }
    boolean negative = time.seconds() < 0;
    long seconds = negative ? -(time.seconds() + 1) : time.seconds();
    int nanos = negative ? 1_000_000_000 - time.nanos() : time.nanos();
    String fraction = Integer.toString(1_000_000_000 + nanos).substring(1);
    int end = fraction.length();
    while (fraction.charAt(end - 1) == '0') {
      end--;
    }
    return (negative ? "-" : "") + seconds + "." + fraction.substring(0, end);
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

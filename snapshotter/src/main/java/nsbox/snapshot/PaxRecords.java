package nsbox.snapshot;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import nsbox.linux.Timestamp;

/// What a PAX extended header says of the entry that follows it. Absent values are null.
///
/// Where a key comes twice the last one counts, as in Go's archive/tar, which all peers use.
///
/// @spec https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_03
final class PaxRecords {
  private static final String ATTRIBUTE = "SCHILY.xattr.";
  private static final int KEY_LIMIT_BYTES = 512;

  byte[] path;
  byte[] linkPath;
  Long sizeBytes;
  Long uid;
  Long gid;
  Timestamp modified;

  /// Null for a file that is not sparse.
  SparseRecords sparse;

  private SequencedMap<Name, TarEntry.Attribute> attributes;

  /// @throws IllegalArgumentException if the block is not a sequence of records
  static PaxRecords parse(byte[] block) {
    PaxRecords records = new PaxRecords();
    for (int start = 0; start < block.length; ) {
      int space = indexOf(block, ' ', start, Math.min(block.length, start + 20));
      long length = number(ascii(block, start, space));
      require(length > 0 && length <= block.length - start);
      int end = start + (int) length;
      require(end > space + 1 && block[end - 1] == '\n');
      int equals = indexOf(block, '=', space, Math.min(end, space + KEY_LIMIT_BYTES));
      byte[] key = Arrays.copyOfRange(block, space + 1, equals);
      records.put(key, Arrays.copyOfRange(block, equals + 1, end - 1));
      start = end;
    }
    return records;
  }

  private void put(byte[] keyBytes, byte[] value) {
    String key = new String(keyBytes, StandardCharsets.ISO_8859_1);
    switch (key) {
      case "path" -> path = name(value);
      case "linkpath" -> linkPath = name(value);
      case "size" -> sizeBytes = number(value);
      case "uid" -> uid = number(value);
      case "gid" -> gid = number(value);
      case "mtime" -> modified = value.length == 0 ? null : time(ascii(value, 0, value.length));
      default -> {
        if (key.startsWith(ATTRIBUTE)) {
          putAttribute(Arrays.copyOfRange(keyBytes, ATTRIBUTE.length(), keyBytes.length), value);
        } else if (key.startsWith(SparseRecords.PREFIX)) {
          sparse = sparse == null ? new SparseRecords() : sparse;
          sparse.put(key.substring(SparseRecords.PREFIX.length()), value);
        }
      }
    }
  }

  private void putAttribute(byte[] name, byte[] value) {
    attributes = attributes == null ? new LinkedHashMap<>() : attributes;
    attributes.put(new Name(name), new TarEntry.Attribute(name, value));
  }

  List<TarEntry.Attribute> attributes() {
    return attributes == null ? List.of() : List.copyOf(attributes.values());
  }

  /// An empty value takes an earlier one back.
  static byte[] name(byte[] value) {
    for (byte b : value) {
      require(b != 0);
    }
    return value.length == 0 ? null : value;
  }

  /// An empty value takes an earlier one back.
  private static Long number(byte[] value) {
    return value.length == 0 ? null : (Long) number(ascii(value, 0, value.length));
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("malformed record", e);
    }
  }

  /// A decimal fraction of any length, possibly negative; what is finer than a nanosecond is cut.
  static Timestamp time(String text) {
    boolean negative = text.startsWith("-");
    int point = text.indexOf('.');
    String whole = text.substring(negative ? 1 : 0, point < 0 ? text.length() : point);
    String fraction = point < 0 ? "" : text.substring(point + 1);
    require(whole.isEmpty() || Character.isDigit(whole.charAt(0)));
    require(fraction.chars().allMatch(c -> c >= '0' && c <= '9'));
    long seconds = whole.isEmpty() ? 0 : number(whole);
    int nanos = Integer.parseInt((fraction + "000000000").substring(0, 9));
    if (!negative) {
      return new Timestamp(seconds, nanos);
    }
    return nanos == 0
        ? new Timestamp(-seconds, 0)
        : new Timestamp(-seconds - 1, 1_000_000_000 - nanos);
  }

  private static int indexOf(byte[] block, char wanted, int from, int to) {
    for (int i = from; i < to; i++) {
      if (block[i] == wanted) {
        return i;
      }
    }
    throw new IllegalArgumentException("no '" + wanted + "' in a record");
  }

  private static String ascii(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.US_ASCII);
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw new IllegalArgumentException("malformed record");
    }
  }
}

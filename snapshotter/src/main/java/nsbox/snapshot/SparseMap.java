package nsbox.snapshot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Which parts of a sparse file have data, in order. All else is holes, which read as zeros.
///
/// A map that lies is refused while it is read: parts are in order, apart from each other and
/// within the file. All methods that read one throw an `IllegalArgumentException` otherwise.
///
/// @spec https://www.gnu.org/software/tar/manual/html_node/Sparse-Formats.html
final class SparseMap {
  /// A part takes 16 bytes of memory.
  static final int PART_LIMIT = 1 << 18;

  private static final int HEADER_PARTS = 386;
  private static final int HEADER_PART_COUNT = 4;
  private static final int HEADER_EXTENDED = 482;
  private static final int HEADER_SIZE = 483;
  private static final int EXTENSION_PART_COUNT = 21;
  private static final int EXTENSION_EXTENDED = 504;
  private static final int NUMBER_BYTES = 12;

  private final long sizeBytes;
  private long[] offsets = new long[4];
  private long[] lengths = new long[4];
  private int parts;
  private long dataBytes;
  private long end;

  /// Where further blocks of 512 bytes come from.
  interface Blocks {
    byte[] next() throws IOException;
  }

  private SparseMap(long sizeBytes) {
    require(sizeBytes >= 0, "its size is negative");
    this.sizeBytes = sizeBytes;
  }

  /// Of an old GNU header, which goes on in extension blocks.
  ///
  /// @param header its block
  static SparseMap ofHeader(byte[] header, Blocks extensions) throws IOException {
    SparseMap map = new SparseMap(TarHeader.number(header, HEADER_SIZE, NUMBER_BYTES));
    boolean more = map.addAll(header, HEADER_PARTS, HEADER_PART_COUNT);
    for (boolean extended = header[HEADER_EXTENDED] != 0; extended; ) {
      byte[] block = extensions.next();
      more = more && map.addAll(block, 0, EXTENSION_PART_COUNT);
      extended = block[EXTENSION_EXTENDED] != 0;
    }
    return map;
  }

  /// @return whether all places were taken, so that there may be more
  private boolean addAll(byte[] block, int from, int count) {
    for (int i = 0; i < count; i++) {
      int at = from + 2 * NUMBER_BYTES * i;
      if (block[at] == 0) {
        return false;
      }
      add(
          TarHeader.number(block, at, NUMBER_BYTES),
          TarHeader.number(block, at + NUMBER_BYTES, NUMBER_BYTES));
    }
    return true;
  }

  /// Of the versions 0.0 and 0.1: offsets and lengths, all with commas between.
  static SparseMap ofText(long sizeBytes, String text) {
    SparseMap map = new SparseMap(sizeBytes);
    for (int start = 0; start < text.length(); ) {
      int comma = text.indexOf(',', start);
      require(comma > 0, "its map ends in the middle");
      int next = text.indexOf(',', comma + 1);
      int end = next < 0 ? text.length() : next;
      map.add(number(text.substring(start, comma)), number(text.substring(comma + 1, end)));
      start = end + 1;
    }
    return map;
  }

  /// Of the version 1.0: lines before the data, filled up to whole blocks. The first counts the
  /// parts.
  static SparseMap ofContent(long sizeBytes, Blocks content) throws IOException {
    SparseMap map = new SparseMap(sizeBytes);
    Lines lines = new Lines(content);
    long count = lines.next();
    require(count <= PART_LIMIT, "it has more than " + PART_LIMIT + " parts");
    for (long i = 0; i < count; i++) {
      map.add(lines.next(), lines.next());
    }
    return map;
  }

  private void add(long offset, long length) {
    require(offset >= end, "its map is not in order");
    require(length >= 0 && length <= sizeBytes - offset, "its map goes beyond its size");
    end = offset + length;
    if (length == 0) {
      return;
    }
    require(parts < PART_LIMIT, "it has more than " + PART_LIMIT + " parts");
    if (parts == offsets.length) {
      offsets = Arrays.copyOf(offsets, 2 * parts);
      lengths = Arrays.copyOf(lengths, 2 * parts);
    }
    offsets[parts] = offset;
    lengths[parts++] = length;
    dataBytes += length;
  }

  /// Length of the file, holes included.
  long sizeBytes() {
    return sizeBytes;
  }

  /// Length of all parts together: as much content stands in the archive.
  long dataBytes() {
    return dataBytes;
  }

  int parts() {
    return parts;
  }

  long offset(int part) {
    return offsets[part];
  }

  /// At least 1.
  long length(int part) {
    return lengths[part];
  }

  static long number(String digits) {
    byte[] bytes = digits.getBytes(StandardCharsets.US_ASCII);
    require(bytes.length > 0, "its map is not made of numbers");
    long value = 0;
    for (byte digit : bytes) {
      value = append(value, digit);
    }
    return value;
  }

  private static long append(long value, int digit) {
    require(digit >= '0' && digit <= '9', "its map is not made of numbers");
    require(value <= (Long.MAX_VALUE - 9) / 10, "its map has a number too large");
    return value * 10 + digit - '0';
  }

  static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static final class Lines {
    private final Blocks blocks;
    private byte[] block;
    private int at = TarHeader.BYTES;

    private Lines(Blocks blocks) {
      this.blocks = blocks;
    }

    private long next() throws IOException {
      long value = 0;
      for (int length = 0; ; length++) {
        if (at == TarHeader.BYTES) {
          block = blocks.next();
          at = 0;
        }
        byte digit = block[at++];
        if (digit == '\n') {
          require(length > 0, "its map is not made of numbers");
          return value;
        }
        value = append(value, digit);
      }
    }
  }
}

package nsbox.e2e.layers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/// Tar archives made byte by byte, so that they can be wrong, or right in ways that libraries are
/// not.
final class Tar {
  static final int BLOCK = 512;

  private Tar() {}

  /// One entry, root's and of a fixed time unless it is told otherwise.
  static final class Entry {
    private final char type;
    private final byte[] name;
    private byte[] link = {};
    private byte[] content = {};
    private int mode = 0644;
    private long uid;
    private long gid;
    private long modified = Tree.FIXTURE_SECONDS;
    private int major;
    private int minor;
    private Long claimedBytes;
    private byte[] rawSize;
    private boolean wrongChecksum;
    private byte[] before = {};
    private byte[] records = {};

    private Entry(char type, byte[] name) {
      this.type = type;
      this.name = name;
    }

    Entry mode(int mode) {
      this.mode = mode;
      return this;
    }

    Entry owner(long uid, long gid) {
      this.uid = uid;
      this.gid = gid;
      return this;
    }

    Entry modified(long seconds) {
      this.modified = seconds;
      return this;
    }

    /// The size that the header says, whatever comes.
    Entry claiming(long sizeBytes) {
      this.claimedBytes = sizeBytes;
      return this;
    }

    /// The twelve bytes of the size field as they are.
    Entry rawSize(byte... field) {
      this.rawSize = field;
      return this;
    }

    Entry wrongChecksum() {
      this.wrongChecksum = true;
      return this;
    }

    Entry pax(String key, String value) {
      return pax(key, value.getBytes(UTF_8));
    }

    Entry pax(String key, byte[] value) {
      records = concat(records, record(key, value));
      return this;
    }

    Entry attribute(String name, byte... value) {
      return pax("SCHILY.xattr." + name, value);
    }

    /// Other headers that belong to this entry.
    Entry after(Entry... headers) {
      before = unended(headers);
      return this;
    }

    private byte[] header() {
      byte[] header = new byte[BLOCK];
      put(header, 0, 100, name);
      octal(header, 100, 8, mode);
      number(header, 108, 8, uid);
      number(header, 116, 8, gid);
      number(header, 124, 12, claimedBytes != null ? claimedBytes : content.length);
      if (rawSize != null) {
        System.arraycopy(rawSize, 0, header, 124, 12);
      }
      number(header, 136, 12, modified);
      header[156] = (byte) type;
      put(header, 157, 100, link);
      put(header, 257, 8, bytes("ustar\0" + "00"));
      octal(header, 329, 8, major);
      octal(header, 337, 8, minor);
      Arrays.fill(header, 148, 156, (byte) ' ');
      int sum = wrongChecksum ? 1 : 0;
      for (byte b : header) {
        sum += Byte.toUnsignedInt(b);
      }
      octal(header, 148, 7, sum);
      return header;
    }
  }

  static Entry entry(char type, byte[] name, byte[] content) {
    Entry entry = new Entry(type, name);
    entry.content = content;
    return entry;
  }

  static Entry file(String name, String content) {
    return entry('0', bytes(name), bytes(content));
  }

  static Entry directory(String name) {
    return entry('5', bytes(name), new byte[0]).mode(0755);
  }

  static Entry symlink(String name, String target) {
    return linked('2', name, target).mode(0777);
  }

  static Entry hardlink(String name, String target) {
    return linked('1', name, target);
  }

  private static Entry linked(char type, String name, String target) {
    Entry entry = new Entry(type, bytes(name));
    entry.link = bytes(target);
    return entry;
  }

  static Entry fifo(String name) {
    return new Entry('6', bytes(name));
  }

  static Entry device(char type, String name, int major, int minor) {
    Entry entry = new Entry(type, bytes(name));
    entry.major = major;
    entry.minor = minor;
    return entry;
  }

  static Entry whiteout(String name) {
    int slash = name.lastIndexOf('/') + 1;
    return file(name.substring(0, slash) + ".wh." + name.substring(slash), "");
  }

  /// @param directory empty for the root
  static Entry opaque(String directory) {
    return file(directory.isEmpty() ? ".wh..wh..opq" : directory + "/.wh..wh..opq", "");
  }

  static byte[] of(Entry... entries) {
    return concat(unended(entries), new byte[2 * BLOCK]);
  }

  /// Without the zero blocks at the end.
  static byte[] unended(Entry... entries) {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    for (Entry entry : entries) {
      tar.writeBytes(entry.before);
      if (entry.records.length > 0) {
        write(tar, entry('x', bytes("pax"), entry.records));
      }
      write(tar, entry);
    }
    return tar.toByteArray();
  }

  private static void write(ByteArrayOutputStream tar, Entry entry) {
    tar.writeBytes(entry.header());
    tar.writeBytes(entry.content);
    tar.writeBytes(new byte[-entry.content.length & BLOCK - 1]);
  }

  private static void put(byte[] header, int offset, int limit, byte[] value) {
    System.arraycopy(value, 0, header, offset, Math.min(value.length, limit));
  }

  /// Octal where it fits, else binary.
  private static void number(byte[] header, int offset, int length, long value) {
    if (value >= 0 && value < 1L << 3 * (length - 1)) {
      octal(header, offset, length, value);
      return;
    }
    for (int i = 0; i < length; i++) {
      int shift = 8 * (length - 1 - i);
      header[offset + i] = (byte) (shift > 63 ? value >> 63 : value >> shift);
    }
    header[offset] |= (byte) 0x80;
  }

  private static void octal(byte[] header, int offset, int length, long value) {
    put(header, offset, length - 1, bytes(String.format("%0" + (length - 1) + "o", value)));
  }

  static byte[] record(String key, byte[] value) {
    int rest = 1 + bytes(key).length + 1 + value.length + 1;
    int length = rest + 1;
    while (String.valueOf(length).length() + rest != length) {
      length++;
    }
    return concat(bytes(length + " " + key + "="), value, bytes("\n"));
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}

package nsbox.snapshot;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Tar archives made in code, right ones and wrong ones.
final class TarFixture {
  private TarFixture() {}

  /// An entry that grows by one property at a time.
  record Entry(
      char type,
      byte[] name,
      byte[] link,
      int mode,
      long uid,
      long gid,
      long modified,
      int major,
      int minor,
      byte[] content,
      List<byte[]> pax,
      long claimedSize) {

    Entry mode(int mode) {
      return new Entry(
          type, name, link, mode, uid, gid, modified, major, minor, content, pax, claimedSize);
    }

    Entry owner(long uid, long gid) {
      return new Entry(
          type, name, link, mode, uid, gid, modified, major, minor, content, pax, claimedSize);
    }

    Entry modified(long seconds) {
      return new Entry(
          type, name, link, mode, uid, gid, seconds, major, minor, content, pax, claimedSize);
    }

    Entry claiming(long sizeBytes) {
      return new Entry(
          type, name, link, mode, uid, gid, modified, major, minor, content, pax, sizeBytes);
    }

    Entry pax(String key, String value) {
      return pax(key, bytes(value));
    }

    Entry pax(String key, byte[] value) {
      List<byte[]> more = new ArrayList<>(pax);
      more.add(record(key, value));
      return new Entry(
          type, name, link, mode, uid, gid, modified, major, minor, content, more, claimedSize);
    }
  }

  static Entry entry(char type, byte[] name, byte[] link, int mode, byte[] content) {
    return new Entry(
        type, name, link, mode, 0, 0, 1_000_000, 0, 0, content, List.of(), content.length);
  }

  static Entry file(String name, String content) {
    return entry('0', bytes(name), new byte[0], 0644, bytes(content));
  }

  static Entry directory(String name) {
    return entry('5', bytes(name), new byte[0], 0755, new byte[0]);
  }

  static Entry symlink(String name, String target) {
    return entry('2', bytes(name), bytes(target), 0777, new byte[0]);
  }

  static Entry hardlink(String name, String target) {
    return entry('1', bytes(name), bytes(target), 0644, new byte[0]);
  }

  static Entry fifo(String name) {
    return entry('6', bytes(name), new byte[0], 0644, new byte[0]);
  }

  static Entry device(char type, String name, int major, int minor) {
    return new Entry(
        type, bytes(name), new byte[0], 0600, 0, 0, 0, major, minor, new byte[0], List.of(), 0);
  }

  static Entry whiteout(String name) {
    int slash = name.lastIndexOf('/') + 1;
    return file(name.substring(0, slash) + ".wh." + name.substring(slash), "");
  }

  static Entry opaque(String directory) {
    return file(directory.isEmpty() ? ".wh..wh..opq" : directory + "/.wh..wh..opq", "");
  }

  static byte[] layer(Entry... entries) {
    byte[] unended = unended(entries);
    return Arrays.copyOf(unended, unended.length + 1024);
  }

  /// An archive without the two zero blocks at its end.
  static byte[] unended(Entry... entries) {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    for (Entry entry : entries) {
      if (!entry.pax().isEmpty()) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        entry.pax().forEach(records::writeBytes);
        write(tar, entry('x', bytes("pax"), new byte[0], 0644, records.toByteArray()));
      }
      write(tar, entry);
    }
    return tar.toByteArray();
  }

  private static void write(ByteArrayOutputStream tar, Entry entry) {
    tar.writeBytes(header(entry));
    tar.writeBytes(entry.content());
    tar.writeBytes(new byte[-entry.content().length & 511]);
  }

  static byte[] header(Entry entry) {
    byte[] header = new byte[512];
    put(header, 0, entry.name(), 100);
    octal(header, 100, 8, entry.mode());
    number(header, 108, 8, entry.uid());
    number(header, 116, 8, entry.gid());
    number(header, 124, 12, entry.claimedSize());
    number(header, 136, 12, entry.modified());
    header[156] = (byte) entry.type();
    put(header, 157, entry.link(), 100);
    put(header, 257, bytes("ustar\0" + "00"), 8);
    octal(header, 329, 8, entry.major());
    octal(header, 337, 8, entry.minor());
    return checksum(header);
  }

  static byte[] checksum(byte[] header) {
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += Byte.toUnsignedInt(b);
    }
    octal(header, 148, 7, sum);
    return header;
  }

  private static void put(byte[] header, int offset, byte[] value, int limit) {
    System.arraycopy(value, 0, header, offset, Math.min(value.length, limit));
  }

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
    String text = String.format("%0" + (length - 1) + "o", value);
    put(header, offset, bytes(text), length - 1);
    header[offset + length - 1] = 0;
  }

  static byte[] record(String key, byte[] value) {
    int rest = 1 + key.length() + 1 + value.length + 1;
    int length = rest + 1;
    while (String.valueOf(length).length() + rest != length) {
      length++;
    }
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    record.writeBytes(bytes(length + " " + key + "="));
    record.writeBytes(value);
    record.write('\n');
    return record.toByteArray();
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

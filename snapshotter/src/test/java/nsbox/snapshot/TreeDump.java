package nsbox.snapshot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nsbox.linux.Fd;
import nsbox.linux.Linux;
import nsbox.linux.OpenFlag;
import nsbox.linux.Stat;
import nsbox.linux.Xattr;

/// Everything about a tree that two unpackings must agree on, one line per file.
final class TreeDump {
  private final Map<String, String> lines = new TreeMap<>();
  private final Map<Long, String> inodes = new HashMap<>();

  private TreeDump() {}

  static Map<String, String> of(Path root) throws IOException {
    TreeDump dump = new TreeDump();
    byte[] path = root.toString().getBytes(StandardCharsets.UTF_8);
    try (Fd fd = Linux.openat2(Fd.NONE, path, OpenFlag.DIRECTORY, 0, 0)) {
      dump.lines.put(".", dump.describe(Linux.fstat(fd), ".") + attributes(fd));
      dump.add(fd, "");
    }
    return dump.lines;
  }

  private void add(Fd dir, String prefix) throws IOException {
    List<byte[]> names = Linux.names(dir);
    names.sort(java.util.Arrays::compareUnsigned);
    for (byte[] name : names) {
      String path = prefix + new String(name, StandardCharsets.ISO_8859_1);
      Stat stat = Linux.lstatat(dir, name);
      String line = describe(stat, path);
      if (stat.isSymbolicLink()) {
        line += " -> " + new String(Linux.readlinkat(dir, name), StandardCharsets.ISO_8859_1);
        line += attributesAt(dir, name);
      } else if (stat.isRegularFile()) {
        try (Fd file = Names.openRegular(dir, name)) {
          line += " content " + content(file) + attributes(file);
        }
      } else if (stat.isDirectory()) {
        try (Fd child = Names.openDirectory(dir, name)) {
          add(child, path + "/");
          line += attributes(child);
        }
      }
      lines.put(path, line);
    }
  }

  private String describe(Stat stat, String path) {
    String first = inodes.putIfAbsent(stat.inode(), path);
    return Integer.toOctalString(stat.mode())
        + (" " + stat.uid() + ":" + stat.gid())
        + (stat.isDirectory() ? "" : " size " + stat.sizeBytes())
        + (" modified " + stat.modified().seconds() + "." + stat.modified().nanos())
        + (" device " + stat.specialMajor() + ":" + stat.specialMinor())
        + (first == null ? "" : " same as " + first);
  }

  private static String content(Fd file) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    for (int count; (count = Linux.read(file, buffer, 0, buffer.length)) > 0; ) {
      crc.update(buffer, 0, count);
    }
    return Long.toHexString(crc.getValue());
  }

  private static String attributes(Fd file) throws IOException {
    List<String> all = new ArrayList<>();
    for (byte[] name : Xattr.names(file)) {
      all.add(attribute(name, Xattr.get(file, name)));
    }
    return sorted(all);
  }

  private static String attributesAt(Fd dir, byte[] name) throws IOException {
    List<String> all = new ArrayList<>();
    for (byte[] attribute : Xattr.namesAt(dir, name)) {
      all.add(attribute(attribute, Xattr.getAt(dir, name, attribute)));
    }
    return sorted(all);
  }

  private static String attribute(byte[] name, byte[] value) {
    return new String(name, StandardCharsets.ISO_8859_1) + "=" + HexFormat.of().formatHex(value);
  }

  private static String sorted(List<String> attributes) {
    attributes.sort(null);
    return attributes.isEmpty() ? "" : " " + attributes;
  }
}

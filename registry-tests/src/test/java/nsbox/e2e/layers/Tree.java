package nsbox.e2e.layers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import nsbox.linux.Fd;
import nsbox.linux.FileType;
import nsbox.linux.Linux;
import nsbox.linux.OpenFlag;
import nsbox.linux.Stat;
import nsbox.linux.Xattr;

/// All that two unpackings of the same image have to agree on, file by file.
///
/// @param files properties by path; bytes of names that are not printable ASCII are written `\xNN`
record Tree(Map<String, Map<String, String>> files) {
  /// The time of an entry of a test that says no other.
  static final long FIXTURE_SECONDS = 1_000_000;

  static final String ROOT = ".";

  private static final int CONTENT_BUFFER_BYTES = 64 * 1024;

  /// Properties that need no mention where they are as an ordinary entry has them.
  private static final Map<String, String> USUAL =
      Map.of("owner", "0:0", "mtime", FIXTURE_SECONDS + ".000000000");

  /// Reads a tree. Nothing in it is followed or waited for.
  static Tree of(Path root) throws IOException {
    Tree tree = new Tree(new TreeMap<>());
    byte[] path = root.toString().getBytes(UTF_8);
    try (Fd fd = Linux.openat2(Fd.NONE, path, OpenFlag.DIRECTORY, 0, 0)) {
      Map<String, String> properties = properties(Linux.fstat(fd));
      putAttributes(properties, fd);
      tree.files.put(ROOT, properties);
      tree.add(fd, "", new HashMap<>());
    }
    return tree;
  }

  private void add(Fd dir, String prefix, Map<Long, String> inodes) throws IOException {
    List<byte[]> names = Linux.names(dir);
    names.sort(java.util.Arrays::compareUnsigned);
    for (byte[] name : names) {
      String path = prefix + printable(name);
      Stat stat = Linux.lstatat(dir, name);
      if (stat == null) {
        files.put(path, new TreeMap<>(Map.of("type", "ghost")));
        continue;
      }
      Map<String, String> properties = properties(stat);
      files.put(path, properties);
      String first = stat.isDirectory() ? null : inodes.putIfAbsent(stat.inode(), path);
      if (first != null) {
        properties.put("link", first);
      }
      if (stat.isDirectory()) {
        try (Fd child = open(dir, name, OpenFlag.DIRECTORY)) {
          putAttributes(properties, child);
          add(child, path + "/", inodes);
        }
      } else if (stat.isRegularFile()) {
        try (Fd file = open(dir, name, 0)) {
          putAttributes(properties, file);
          properties.put("content", content(file));
        }
      } else {
        for (byte[] attribute : Xattr.namesAt(dir, name)) {
          put(properties, attribute, Xattr.getAt(dir, name, attribute));
        }
        if (stat.isSymbolicLink()) {
          properties.put("target", printable(Linux.readlinkat(dir, name)));
        }
      }
    }
  }

  private static Fd open(Fd dir, byte[] name, int flags) throws IOException {
    return Linux.openat2(dir, name, flags | OpenFlag.READ | OpenFlag.NOFOLLOW, 0, 0);
  }

  private static Map<String, String> properties(Stat stat) {
    Map<String, String> properties = new TreeMap<>();
    properties.put("type", type(stat.type()));
    properties.put("mode", "%04o".formatted(stat.permissions()));
    properties.put("owner", stat.uid() + ":" + stat.gid());
    properties.put(
        "mtime", "%d.%09d".formatted(stat.modified().seconds(), stat.modified().nanos()));
    if (!stat.isDirectory()) {
      properties.put("size", Long.toString(stat.sizeBytes()));
    }
    boolean device =
        stat.type() == FileType.CHARACTER_DEVICE || stat.type() == FileType.BLOCK_DEVICE;
    if (device) {
      properties.put("device", stat.specialMajor() + ":" + stat.specialMinor());
    }
    return properties;
  }

  private static String type(int type) {
    return switch (type) {
      case FileType.REGULAR -> "file";
      case FileType.DIRECTORY -> "directory";
      case FileType.SYMBOLIC_LINK -> "symlink";
      case FileType.CHARACTER_DEVICE -> "character";
      case FileType.BLOCK_DEVICE -> "block";
      case FileType.FIFO -> "fifo";
      default -> "type " + Integer.toOctalString(type);
    };
  }

  private static void putAttributes(Map<String, String> properties, Fd file) throws IOException {
    for (byte[] name : Xattr.names(file)) {
      put(properties, name, Xattr.get(file, name));
    }
  }

  private static void put(Map<String, String> properties, byte[] attribute, byte[] value) {
    properties.put(printable(attribute), HexFormat.of().formatHex(value));
  }

  private static String content(Fd file) throws IOException {
    byte[] buffer = new byte[CONTENT_BUFFER_BYTES];
    try {
      var digest = java.security.MessageDigest.getInstance("SHA-256");
      for (int count; (count = Linux.read(file, buffer, 0, buffer.length)) > 0; ) {
        digest.update(buffer, 0, count);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String printable(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      boolean plain = b > ' ' && b < 0x7f && b != '`' && b != '|' && b != '\\';
      text.append(
          plain ? new String(new byte[] {b}, ISO_8859_1) : "\\x" + HexFormat.of().toHexDigits(b));
    }
    return text.toString();
  }

  /// Without one file; what lies in it stays.
  Tree without(String path) {
    Map<String, Map<String, String>> rest = new TreeMap<>(files);
    rest.remove(path);
    return new Tree(rest);
  }

  /// What another tree has in another way: `+path` is only there, `-path` only here, and `path:`
  /// names the properties that differ.
  List<String> differences(Tree other) {
    List<String> differences = new ArrayList<>();
    TreeSet<String> paths = new TreeSet<>(files.keySet());
    paths.addAll(other.files.keySet());
    for (String path : paths) {
      Map<String, String> here = files.get(path);
      Map<String, String> there = other.files.get(path);
      if (here == null || there == null) {
        differences.add((here == null ? "+" : "-") + path);
      } else if (!here.equals(there)) {
        TreeSet<String> names = new TreeSet<>(here.keySet());
        names.addAll(there.keySet());
        names.removeIf(name -> Objects.equals(here.get(name), there.get(name)));
        differences.add(path + ": " + String.join(" ", names));
      }
    }
    return differences;
  }

  /// As [#differences], with the values.
  String explain(Tree other) {
    StringBuilder text = new StringBuilder();
    for (String difference : differences(other)) {
      String path = difference.replaceAll("^[+-]|: .*", "");
      text.append(difference + "\n  here  " + files.get(path) + "\n  there ");
      text.append(other.files.get(path) + "\n");
    }
    return text.toString();
  }

  /// The files, each with what is unusual about it, in the order of their paths.
  List<String> summary() {
    return files.entrySet().stream().map(it -> summary(it.getKey(), it.getValue())).toList();
  }

  private static String summary(String path, Map<String, String> properties) {
    String type = properties.get("type");
    StringBuilder line =
        new StringBuilder(
            switch (type) {
              case "file" -> path;
              case "directory" -> path.equals(ROOT) ? "./" : path + "/";
              case "symlink" -> path + " -> " + properties.get("target");
              default -> path + " (" + type + ")";
            });
    properties.forEach((name, value) -> {
      boolean described =
          switch (name) {
            case "type", "target", "content" -> true;
            case "size" -> !type.equals("file") || value.equals("1");
            case "mode" -> value.equals(usualMode(type));
            default -> value.equals(USUAL.get(name));
          };
      if (!described) {
        line.append(" " + name + "=" + value.replaceFirst("\\.000000000$", ""));
      }
    });
    return line.toString();
  }

  private static String usualMode(String type) {
    return switch (type) {
      case "directory" -> "0755";
      case "symlink" -> "0777";
      default -> "0644";
    };
  }
}

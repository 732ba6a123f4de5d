package nsbox.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is mounted now, as this process sees it.
///
/// @spec https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
final class MountTable {
  private static final int MOUNT_POINT_FIELD = 4;

  private final String text;
  private final Map<String, Integer> points = new HashMap<>();

  MountTable(String text) {
    this.text = text;
    for (String line : text.split("\n")) {
      String[] fields = line.split(" ", MOUNT_POINT_FIELD + 2);
      if (fields.length > MOUNT_POINT_FIELD) {
        points.merge(unescaped(fields[MOUNT_POINT_FIELD]), 1, Integer::sum);
      }
    }
  }

  static MountTable read() throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of("/proc/self/mountinfo"));
    return new MountTable(new String(bytes, StandardCharsets.UTF_8));
  }

  /// Where something is mounted below the root of a process, as that process names it; the latest
  /// first.
  static List<String> below(int pid) throws IOException {
    List<String> points = new ArrayList<>();
    Path file = Path.of("/proc", Integer.toString(pid), "mountinfo");
    for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n")) {
      String point = unescaped(line.split(" ", MOUNT_POINT_FIELD + 2)[MOUNT_POINT_FIELD]);
      if (!point.equals("/")) {
        points.addFirst(point);
      }
    }
    return points;
  }

  /// How many mounts lie on top of each other on a directory, 0 where it is none's.
  ///
  /// @param point without links in it
  int mountsOn(Path point) {
    return points.getOrDefault(point.toString(), 0);
  }

  /// Whether a mount has this in its path, in the path of what it shows, or in its options.
  ///
  /// @param text plain letters, digits and slashes: others stand as octal numbers there
  boolean mentions(String text) {
    return this.text.contains(text);
  }

  /* Blank, tab, line break and backslash stand as a backslash and three octal digits. */
  private static String unescaped(String field) {
    if (field.indexOf('\\') < 0) {
      return field;
    }
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      if (field.charAt(i) == '\\' && i + 3 < field.length()) {
        plain.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        plain.append(field.charAt(i));
      }
    }
    return plain.toString();
  }
}

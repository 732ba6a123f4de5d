package nsbox.runtime.criu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A mount as a process sees it.
///
/// @param id of the mount, as fdinfo names it too
/// @param point where it stands, from the process's root
/// @param type of the file system
/// @spec https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html proc_pid_mountinfo(5)
record MountEntry(int id, String point, String type) {
  private static final int POINT_WORD = 4;

  /// @throws IOException if the process is gone
  static List<MountEntry> of(String process) throws IOException {
    List<MountEntry> entries = new ArrayList<>();
    Path file = Path.of("/proc", process, "mountinfo");
    for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
      String[] words = line.split(" ");
      int separator = List.of(words).indexOf("-");
      entries.add(
          new MountEntry(
              Integer.parseInt(words[0]), unescaped(words[POINT_WORD]), words[separator + 1]));
    }
    return entries;
  }

  /* The kernel writes a blank as \040, and so on; other bytes as they are. */
  private static String unescaped(String path) {
    byte[] from = path.getBytes(StandardCharsets.ISO_8859_1);
    byte[] to = new byte[from.length];
    int length = 0;
    for (int i = 0; i < from.length; i++) {
      if (from[i] == '\\') {
        to[length++] = (byte) Integer.parseInt(path.substring(i + 1, i + 4), 8);
        i += 3;
      } else {
        to[length++] = from[i];
      }
    }
    return new String(to, 0, length, StandardCharsets.UTF_8);
  }
}

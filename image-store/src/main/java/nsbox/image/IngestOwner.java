package nsbox.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Says which process a temporary folder belongs to: boot, process ID and start time.
///
/// All three together name one process for ever, so a folder whose process is gone may be removed.
/// Processes that share a store must share a PID namespace too.
final class IngestOwner {
  private static final int BOOT_LENGTH = 8;

  private IngestOwner() {}

  /// `boot-pid-starttime` of this process.
  static String self() throws IOException {
    return name(read(Path.of("/proc/self/stat")));
  }

  /// Whether the process that a folder is named after still runs.
  ///
  /// @param folder `boot-pid-starttime-number`
  static boolean isAlive(String folder) throws IOException {
    int pidStart = folder.indexOf('-') + 1;
    String pid = folder.substring(pidStart, folder.indexOf('-', pidStart));
    try {
      String stat = read(Path.of("/proc/" + pid + "/stat"));
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      /* One that has ended and waits for its parent works on nothing any more. */
      return state != 'Z' && state != 'X' && folder.startsWith(name(stat) + "-");
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /// Whether a name was made from [#self] and a number.
  static boolean isFolder(String name) {
    int dashes = 0;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '-' && i >= BOOT_LENGTH && name.charAt(i - 1) != '-') {
        dashes++;
      } else if (!Digest.isHex(name.substring(i, i + 1))) {
        return false;
      }
    }
    return dashes == 3 && name.indexOf('-') == BOOT_LENGTH && !name.endsWith("-");
  }

  private static String read(Path stat) throws IOException {
    return new String(Files.readAllBytes(stat), StandardCharsets.ISO_8859_1);
  }

  private static String name(String text) throws IOException {
    String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id"));
    // "pid (name) state …": a name may hold blanks and parentheses, so fields count from the last.
    String pid = text.substring(0, text.indexOf(' '));
    int field = text.lastIndexOf(')') + 1;
    for (int skipped = 0; skipped < 20; skipped++) {
      field = text.indexOf(' ', field + 1);
    }
    int start = text.lastIndexOf(' ', field - 1) + 1;
    return boot.substring(0, BOOT_LENGTH) + "-" + pid + "-" + text.substring(start, field);
  }
}

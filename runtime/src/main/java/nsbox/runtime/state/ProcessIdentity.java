package nsbox.runtime.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A process, told from another that gets the same pid later.
///
/// @param startTime in clock ticks since boot: proc_pid_stat(5), field 22
public record ProcessIdentity(int pid, long startTime) {
  private static final int NAME_FIELD = 2;
  private static final int START_TIME_FIELD = 22;

  /// Reads what the monitor recorded, "PID START-TIME"; nothing if the file is not there.
  public static Optional<ProcessIdentity> read(Path file) throws IOException {
    String text = readIfThere(file);
    Optional<ProcessIdentity> process = parse(text);
    if (process.isEmpty() && text.indexOf(' ') >= 0) {
      throw new IOException(file + " should hold a pid and a start time, but has: " + text);
    }
    return process;
  }

  /// True while the process lives that a file names; false where there is no such file, or it names
  /// none.
  public static boolean lives(Path file) throws IOException {
    Optional<ProcessIdentity> process = parse(readIfThere(file));
    return process.isPresent() && process.get().isAlive();
  }

  private static Optional<ProcessIdentity> parse(String text) {
    int blank = text.indexOf(' ');
    try {
      return blank < 0
          ? Optional.empty()
          : Optional.of(
              new ProcessIdentity(
                  Integer.parseInt(text.substring(0, blank)),
                  Long.parseLong(text.substring(blank + 1).strip())));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /// This process.
  public static ProcessIdentity ofSelf() throws IOException {
    String stat = readIfThere(Path.of("/proc/self/stat"));
    return new ProcessIdentity(
        Integer.parseInt(stat.substring(0, stat.indexOf(' '))), startTime(stat));
  }

  /// The process that has a pid now; nothing where none has.
  public static Optional<ProcessIdentity> of(int pid) throws IOException {
    String stat = readIfThere(Path.of("/proc/" + pid + "/stat"));
    return stat.lastIndexOf(')') < 0
        ? Optional.empty()
        : Optional.of(new ProcessIdentity(pid, startTime(stat)));
  }

  public String text() {
    return pid + " " + startTime + "\n";
  }

  /// True while the very process runs; one that has ended and waits for its parent does not.
  public boolean isAlive() throws IOException {
    String stat = readIfThere(Path.of("/proc/" + pid + "/stat"));
    int name = stat.lastIndexOf(')');
    if (name < 0) {
      return false;
    }
    char state = stat.charAt(name + 2);
    return state != 'Z' && state != 'X' && startTime(stat) == startTime;
  }

  /* The name in parentheses may hold anything, so fields are counted from its end. */
  private static long startTime(String stat) {
    int start = stat.lastIndexOf(')');
    for (int field = NAME_FIELD; field < START_TIME_FIELD; field++) {
      start = stat.indexOf(' ', start + 1);
    }
    return Long.parseLong(stat.substring(start + 1, stat.indexOf(' ', start + 1)));
  }

  public static String readIfThere(Path file) throws IOException {
    /* Most files are missing of a container that does not run, and an exception is dear. */
    if (!Files.exists(file)) {
      return "";
    }
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (java.nio.file.NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      /* A process that ends while its file in /proc is read: ESRCH. */
      if (file.startsWith("/proc")) {
        return "";
      }
      throw e;
    }
  }
}

package nsbox.e2e.hard;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.e2e.Nsbox;

/// Processes of one test, to be killed: those that it started, what these started, and those that
/// the run folders of its own root name.
///
/// A pid may be another's by the time it is used. So a process is held as the JVM holds it, by pid
/// and start time, and is compared with what was recorded before anything is sent.
final class Killing {
  private Killing() {}

  /// The front that a test started, and all below it: planner, monitor, init.
  static List<ProcessHandle> of(Process front) {
    List<ProcessHandle> found = new ArrayList<>();
    if (front.isAlive()) {
      found.add(front.toHandle());
      front.descendants().forEach(found::add);
    }
    return found;
  }

  /// The process that a file of a run folder names, while it lives and mentions the test's folder.
  static Optional<ProcessHandle> recorded(Nsbox nsbox, Path file) {
    try {
      String[] words = Files.readString(file).strip().split(" ");
      Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(words[0]));
      boolean same =
          process.isPresent()
              && startTime(words[0]).equals(words[1])
              && mentions(words[0], nsbox.folder.toString());
      return same ? process : Optional.empty();
    } catch (IOException | ArrayIndexOutOfBoundsException | NumberFormatException e) {
      return Optional.empty(); // ended, or not there yet
    }
  }

  /// As proc_pid_stat(5) has it, field 22.
  static String startTime(String pid) throws IOException {
    String stat = read(pid, "stat");
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19];
  }

  /// A zombie does not live.
  static boolean lives(String pid) {
    try {
      String stat = read(pid, "stat");
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean mentions(String pid, String folder) throws IOException {
    return (read(pid, "environ") + read(pid, "mountinfo")).contains(folder);
  }

  private static String read(String pid, String file) throws IOException {
    return new String(Files.readAllBytes(Path.of("/proc", pid, file)), ISO_8859_1);
  }
}

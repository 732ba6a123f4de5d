package nsbox.cli.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.bundle.RootFiles;
import nsbox.cli.output.Table;
import nsbox.runtime.state.ProcessIdentity;

/// Podman's columns of `top`, out of /proc.
///
/// Names of users and groups are the container's: its own /etc/passwd and /etc/group say them, and
/// what these lack is a number.
final class ProcessColumns {
  static final List<String> NAMES =
      List.of(
          "args", "capeff", "comm", "group", "hgroup", "hpid", "huser", "nice", "pgid", "pid",
          "ppid", "rss", "seccomp", "state", "time", "user", "vsz");

  private static final int TICKS_A_SECOND = 100;
  private static final int PAGE_KILOBYTES = 4;
  private static final int KILOBYTE = 1024;

  /* Fields of proc_pid_stat(5) behind the name, of which the state is the third. */
  private static final int STATE = 3;
  private static final int PARENT = 4;
  private static final int GROUP = 5;
  private static final int USER_TIME = 14;
  private static final int SYSTEM_TIME = 15;
  private static final int NICE = 19;
  private static final int VIRTUAL_BYTES = 23;
  private static final int RESIDENT_PAGES = 24;

  private final Map<String, String> users;
  private final Map<String, String> groups;

  /// @param files of the container
  ProcessColumns(RootFiles files) throws IOException {
    users = names(files, "/etc/passwd");
    groups = names(files, "/etc/group");
  }

  private static Map<String, String> names(RootFiles files, String path) throws IOException {
    Map<String, String> names = new HashMap<>();
    Optional<byte[]> content = files.read(path);
    String text = content.isPresent() ? new String(content.get(), StandardCharsets.UTF_8) : "";
    for (String line : text.split("\n")) {
      String[] fields = line.split(":");
      if (fields.length > 2) {
        names.putIfAbsent(fields[2], fields[0]);
      }
    }
    return names;
  }

  /// A process that ends meanwhile is left out.
  String table(List<String> columns, List<Long> pids) throws IOException {
    String[] headings = new String[columns.size()];
    for (int i = 0; i < headings.length; i++) {
      headings[i] = heading(columns.get(i));
    }
    Table table = new Table(headings);
    for (long pid : pids) {
      Process process = process(pid);
      if (process != null) {
        String[] cells = new String[columns.size()];
        for (int i = 0; i < cells.length; i++) {
          cells[i] = cell(columns.get(i), process);
        }
        table.add(cells);
      }
    }
    return table.toString();
  }

  private static String heading(String column) {
    return switch (column) {
      case "args", "comm" -> "COMMAND";
      case "capeff" -> "EFFECTIVE CAPS";
      case "nice" -> "NI";
      default -> column.toUpperCase(java.util.Locale.ROOT);
    };
  }

  /// @param stat fields of its stat file, the state at [#STATE]
  private record Process(long pid, Map<String, String> status, String[] stat, String arguments) {}

  private static Process process(long pid) throws IOException {
    Path folder = Path.of("/proc", Long.toString(pid));
    Map<String, String> status = new HashMap<>();
    for (String line : ProcessIdentity.readIfThere(folder.resolve("status")).split("\n")) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        status.put(line.substring(0, colon), line.substring(colon + 1).strip());
      }
    }
    String stat = ProcessIdentity.readIfThere(folder.resolve("stat"));
    int name = stat.lastIndexOf(')');
    if (name < 0 || status.isEmpty()) {
      return null;
    }
    List<String> fields = new ArrayList<>(List.of("", "", ""));
    fields.addAll(List.of(stat.substring(name + 2).split(" ")));
    String arguments =
        ProcessIdentity.readIfThere(folder.resolve("cmdline")).replace('\0', ' ').strip();
    return new Process(pid, status, fields.toArray(new String[0]), arguments);
  }

  private String cell(String column, Process process) throws IOException {
    String[] stat = process.stat;
    Map<String, String> status = process.status;
    return switch (column) {
      case "args" ->
          process.arguments.isEmpty() ? "[" + status.get("Name") + "]" : process.arguments;
      case "capeff" -> status.get("CapEff");
      case "comm" -> status.get("Name");
      case "group" -> named(groups, word(status.get("Gid"), 1));
      case "hgroup" -> word(status.get("Gid"), 1);
      case "hpid" -> Long.toString(process.pid);
      case "huser" -> word(status.get("Uid"), 1);
      case "nice" -> stat[NICE];
      case "pgid" -> inside(Long.parseLong(stat[GROUP]), process);
      case "pid" -> last(status.getOrDefault("NSpid", Long.toString(process.pid)));
      case "ppid" -> parent(process);
      case "rss" -> Long.toString(Long.parseLong(stat[RESIDENT_PAGES]) * PAGE_KILOBYTES);
      case "seccomp" -> seccomp(status.getOrDefault("Seccomp", "0"));
      case "state" -> stat[STATE];
      case "time" -> time(Long.parseLong(stat[USER_TIME]) + Long.parseLong(stat[SYSTEM_TIME]));
      case "user" -> named(users, word(status.get("Uid"), 1));
      case "vsz" -> Long.toString(Long.parseLong(stat[VIRTUAL_BYTES]) / KILOBYTE);
      default -> throw new IllegalArgumentException(column);
    };
  }

  private static String seccomp(String mode) {
    return mode.equals("2") ? "filter" : mode.equals("1") ? "strict" : "disabled";
  }

  private static String named(Map<String, String> names, String id) {
    return names.getOrDefault(id, id);
  }

  private static String word(String words, int index) {
    return words.split("\\s+")[index];
  }

  private static String last(String words) {
    String[] all = words.split("\\s+");
    return all[all.length - 1];
  }

  private static String parent(Process process) throws IOException {
    return inside(Long.parseLong(process.stat[PARENT]), process);
  }

  /* As the container numbers it; one that is outside has the number 0 there. */
  private static String inside(long pid, Process of) throws IOException {
    String depth = of.status.getOrDefault("NSpid", "");
    for (String line :
        ProcessIdentity.readIfThere(Path.of("/proc/" + pid + "/status")).split("\n")) {
      if (line.startsWith("NSpid:")) {
        String own = line.substring("NSpid:".length()).strip();
        return own.split("\\s+").length < depth.split("\\s+").length ? "0" : last(own);
      }
    }
    return "0";
  }

  private static String time(long ticks) {
    long seconds = ticks / TICKS_A_SECOND;
    return seconds / 60 + "m" + seconds % 60 + "s";
  }
}

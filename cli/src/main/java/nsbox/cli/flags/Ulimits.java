package nsbox.cli.flags;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nsbox.bundle.options.ProcessOptions.Ulimit;
import nsbox.cli.Failure;

/// The values of `--ulimit`.
///
/// Who lacks CAP_SYS_RESOURCE cannot give more than it has: the container then gets that much, and
/// the user a warning.
///
/// @see <a href="https://man7.org/linux/man-pages/man2/getrlimit.2.html">getrlimit(2)</a>
final class Ulimits {
  private static final int SYS_RESOURCE = 24;

  /// As docker names them, with the beginnings of their lines in `/proc/self/limits`.
  private static final List<String> NAMES =
      List.of(
          "core",
          "cpu",
          "data",
          "fsize",
          "locks",
          "memlock",
          "msgqueue",
          "nice",
          "nofile",
          "nproc",
          "rss",
          "rtprio",
          "rttime",
          "sigpending",
          "stack",
          "as");

  private static final List<String> LINES =
      List.of(
          "Max core file size",
          "Max cpu time",
          "Max data size",
          "Max file size",
          "Max file locks",
          "Max locked memory",
          "Max msgqueue size",
          "Max nice priority",
          "Max open files",
          "Max processes",
          "Max resident set",
          "Max realtime priority",
          "Max realtime timeout",
          "Max pending signals",
          "Max stack size",
          "Max address space");

  private Ulimits() {}

  static List<Ulimit> read(Asked asked) throws Failure {
    List<Ulimit> ulimits = new ArrayList<>();
    List<String> flags = asked.texts("--ulimit");
    if (flags.isEmpty()) {
      return ulimits;
    }
    String own = own();
    boolean mayRaise = mayRaise();
    for (String flag : flags) {
      if (flag.equals("host")) {
        for (String name : NAMES) {
          add(ulimits, new Ulimit(name, limit(own, name, 0), limit(own, name, 1)));
        }
        continue;
      }
      Ulimit wanted = parse(flag, own);
      add(ulimits, mayRaise ? wanted : clamped(wanted, limit(own, wanted.name(), 1), asked));
    }
    return ulimits;
  }

  /* Of a name given twice the last counts. */
  private static void add(List<Ulimit> ulimits, Ulimit ulimit) {
    ulimits.removeIf(it -> it.name().equals(ulimit.name()));
    ulimits.add(ulimit);
  }

  /// @param own `/proc/self/limits`, for values that are to be the host's
  static Ulimit parse(String flag, String own) throws Failure {
    int equals = flag.indexOf('=');
    if (equals < 1) {
      throw new Failure("--ulimit " + flag + ": expected NAME=SOFT[:HARD], or host");
    }
    String name = flag.substring(0, equals).toLowerCase(Locale.ROOT);
    if (name.startsWith("rlimit_")) {
      name = name.substring("rlimit_".length());
    }
    if (!NAMES.contains(name)) {
      throw new Failure(
          "--ulimit "
              + flag
              + ": there is no limit "
              + name
              + "; known are "
              + String.join(" ", NAMES));
    }
    String value = flag.substring(equals + 1);
    if (value.equals("host")) {
      return new Ulimit(name, limit(own, name, 0), limit(own, name, 1));
    }
    int colon = value.indexOf(':');
    long soft = number(flag, colon < 0 ? value : value.substring(0, colon));
    long hard = colon < 0 ? soft : number(flag, value.substring(colon + 1));
    if (hard != -1 && (soft == -1 || soft > hard)) {
      throw new Failure(
          "--ulimit " + flag + ": the soft limit must be less than or equal to the hard limit");
    }
    return new Ulimit(name, soft, hard);
  }

  private static long number(String flag, String text) throws Failure {
    if (text.equals("unlimited")) {
      return -1;
    }
    return Asked.number("--ulimit " + flag + ":", text, -1, Long.MAX_VALUE);
  }

  static Ulimit clamped(Ulimit wanted, long most, Asked asked) {
    if (most == -1 || wanted.hard() != -1 && wanted.hard() <= most) {
      return wanted;
    }
    asked.warn(
        "--ulimit "
            + wanted.name()
            + ": the hard limit is "
            + most
            + ", the caller's own: to raise it takes CAP_SYS_RESOURCE");
    long soft = wanted.soft() == -1 || wanted.soft() > most ? most : wanted.soft();
    return new Ulimit(wanted.name(), soft, most);
  }

  /// @param column 0 for the soft limit, 1 for the hard one
  static long limit(String own, String name, int column) {
    String start = LINES.get(NAMES.indexOf(name));
    for (String line : own.split("\n")) {
      if (line.startsWith(start)) {
        String[] words = line.substring(start.length()).strip().split(" +");
        return words[column].equals("unlimited") ? -1 : Long.parseLong(words[column]);
      }
    }
    return -1;
  }

  private static String own() throws Failure {
    return readProc("limits");
  }

  private static boolean mayRaise() throws Failure {
    Optional<Long> effective = HostCapabilities.set(readProc("status"), "CapEff");
    return effective.isPresent() && (effective.get() >> SYS_RESOURCE & 1) == 1;
  }

  private static String readProc(String file) throws Failure {
    try {
      return Files.readString(Path.of("/proc/self", file));
    } catch (IOException e) {
      throw new Failure("cannot read /proc/self/" + file + ": " + e.getMessage(), e);
    }
  }
}

package nsbox.cli;

import java.util.List;

/// Signals by name or number.
///
/// @see <a href="https://man7.org/linux/man-pages/man7/signal.7.html">signal(7)</a>
public final class Signals {
  private static final int LAST = 64;
  private static final int RTMIN = 34;

  private static final List<String> NAMES =
      List.of(
          "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV",
          "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU",
          "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

  public static final int KILL = 9;

  private Signals() {}

  /// @param text `TERM`, `SIGTERM`, `15`, `SIGRTMIN+3`, `SIGRTMAX-1`
  /// @throws Failure if it is none
  public static int number(String text) throws Failure {
    String name = text.toUpperCase(java.util.Locale.ROOT);
    if (name.startsWith("SIG")) {
      name = name.substring(3);
    }
    int number = NAMES.indexOf(name);
    if (number > 0) {
      return number;
    }
    try {
      if (name.startsWith("RTMIN")) {
        number = RTMIN + distance(name, '+');
      } else if (name.startsWith("RTMAX")) {
        number = LAST - distance(name, '-');
      } else {
        number = Integer.parseInt(name);
      }
    } catch (NumberFormatException e) {
      throw new Failure("invalid signal: " + text, e);
    }
    if (number < 1 || number > LAST) {
      throw new Failure("invalid signal: " + text + ": valid signals are 1 through " + LAST);
    }
    return number;
  }

  /// `SIGTERM`, `SIGRTMIN+3`.
  public static String name(int number) {
    return number < NAMES.size()
        ? "SIG" + NAMES.get(number)
        : "SIGRTMIN" + (number == RTMIN ? "" : "+" + (number - RTMIN));
  }

  /* What stands behind RTMIN or RTMAX: nothing, or a sign and digits. */
  private static int distance(String name, char sign) {
    if (name.length() == 5) {
      return 0;
    }
    if (name.length() < 7 || name.charAt(5) != sign || !Character.isDigit(name.charAt(6))) {
      throw new NumberFormatException(name);
    }
    return Integer.parseInt(name.substring(6));
  }
}

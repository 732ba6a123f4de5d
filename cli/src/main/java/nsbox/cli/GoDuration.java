package nsbox.cli;

import java.math.BigDecimal;
import java.time.Duration;

/// A duration as programs in Go take it: `5s`, `1m30s`, `1.5h`, `500ms`; or 0.
public final class GoDuration {
  private static final String[] UNITS = {"ns", "us", "ms", "s", "m", "h"};
  private static final long[] NANOSECONDS = {
    1, 1_000, 1_000_000, 1_000_000_000, 60_000_000_000L, 3_600_000_000_000L
  };

  private GoDuration() {}

  /// @param option names it in a failure
  public static Duration parse(String option, String text) throws Failure {
    boolean negative = text.startsWith("-");
    String rest = negative || text.startsWith("+") ? text.substring(1) : text;
    if (rest.equals("0")) {
      return Duration.ZERO;
    }
    BigDecimal nanoseconds = BigDecimal.ZERO;
    int at = 0;
    try {
      do {
        int unitAt = end(rest, at, true);
        int next = end(rest, unitAt, false);
        BigDecimal number = new BigDecimal(rest.substring(at, unitAt));
        nanoseconds =
            nanoseconds.add(
                number.multiply(BigDecimal.valueOf(unit(rest.substring(unitAt, next)))));
        at = next;
      } while (at < rest.length());
      Duration duration = Duration.ofNanos(nanoseconds.toBigInteger().longValueExact());
      return negative ? duration.negated() : duration;
    } catch (NumberFormatException | ArithmeticException e) {
      throw new Failure(option + ": invalid duration: " + text + ", expected one such as 5s", e);
    }
  }

  /* Where digits and points end that begin at `from`, or where others end. */
  private static int end(String text, int from, boolean digits) {
    int at = from;
    while (at < text.length() && ("0123456789.".indexOf(text.charAt(at)) >= 0) == digits) {
      at++;
    }
    return at;
  }

  private static long unit(String name) {
    for (int i = 0; i < UNITS.length; i++) {
      if (UNITS[i].equals(name)) {
        return NANOSECONDS[i];
      }
    }
    throw new NumberFormatException(name);
  }
}

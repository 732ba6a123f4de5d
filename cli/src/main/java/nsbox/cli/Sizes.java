package nsbox.cli;

import java.math.BigDecimal;

/// Reads sizes as users write them for docker: a number, also with a point, and `b`, `k`, `m`, `g`
/// or `t` for powers of 1024, in either case, with or without `b` or `ib` behind it.
public final class Sizes {
  private static final String UNITS = "bkmgt";
  private static final int UNIT_BITS = 10;

  private Sizes() {}

  /// @param what names the option or variable in a failure
  /// @return bytes, at least 1
  public static long parse(String text, String what) throws Failure {
    String rest = text.toLowerCase(java.util.Locale.ROOT);
    if (rest.endsWith("ib") && rest.length() > 3) {
      rest = rest.substring(0, rest.length() - 2);
    } else if (rest.endsWith("b") && rest.length() > 1) {
      rest = rest.substring(0, rest.length() - 1);
    }
    int unit = rest.isEmpty() ? -1 : UNITS.indexOf(rest.charAt(rest.length() - 1));
    String number = unit < 0 ? rest : rest.substring(0, rest.length() - 1).strip();
    try {
      long factor = 1L << UNIT_BITS * Math.max(unit, 0);
      long bytes =
          number.indexOf('.') > 0
              ? new BigDecimal(number).multiply(BigDecimal.valueOf(factor)).longValueExact()
              : Math.multiplyExact(Long.parseLong(number), factor);
      if (bytes > 0 && Character.isDigit(number.charAt(0))) {
        return bytes;
      }
    } catch (NumberFormatException | ArithmeticException e) {
      // Said below, as all that is no size.
    }
    throw new Failure(what + " is " + text + "; it takes a size such as 512m or 8g");
  }
}

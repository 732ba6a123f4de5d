package nsbox.cli;

import java.util.Map;
import nsbox.snapshot.LayerException;
import nsbox.snapshot.LayerLimits;

/// The environment variables by which the user sets how far a layer may expand.
public final class LayerVariables {
  static final String BYTES = "NSBOX_LAYER_MAX_BYTES";
  static final String ENTRIES = "NSBOX_LAYER_MAX_ENTRIES";

  private LayerVariables() {}

  /// @throws Failure if a variable is no positive number; an empty one counts as none
  static LayerLimits limits(Map<String, String> environment) throws Failure {
    LayerLimits limits = LayerLimits.DEFAULT;
    String bytes = environment.getOrDefault(BYTES, "");
    if (!bytes.isEmpty()) {
      limits = limits.withBytes(number(BYTES, bytes, "a size such as 512m or 8g", true));
    }
    String entries = environment.getOrDefault(ENTRIES, "");
    if (!entries.isEmpty()) {
      limits = limits.withEntries(number(ENTRIES, entries, "a number of entries", false));
    }
    return limits;
  }

  /// What to do about a layer beyond a limit: a line of its own, or nothing where nobody can set
  /// the limit.
  public static String advice(LayerException e) {
    LayerLimits.Limit setting =
        e instanceof LayerException.TooLarge tooLarge ? tooLarge.setting() : null;
    if (setting == null) {
      return "";
    }
    return "\n  If the image is to be trusted, set "
        + (setting == LayerLimits.Limit.BYTES ? BYTES : ENTRIES)
        + " to more.";
  }

  private static long number(String variable, String value, String wanted, boolean size)
      throws Failure {
    int end = value.length();
    long unit = size ? unit(value.charAt(end - 1)) : 1;
    end -= unit > 1 || size && (value.endsWith("b") || value.endsWith("B")) ? 1 : 0;
    long number = 0;
    for (int i = 0; i < end; i++) {
      int digit = value.charAt(i) - '0';
      if (digit < 0 || digit > 9 || number > (Long.MAX_VALUE / unit - digit) / 10) {
        throw wrong(variable, value, wanted);
      }
      number = number * 10 + digit;
    }
    if (number == 0) {
      throw wrong(variable, value, wanted);
    }
    return number * unit;
  }

  private static long unit(char suffix) {
    return switch (suffix) {
      case 'k', 'K' -> 1L << 10;
      case 'm', 'M' -> 1L << 20;
      case 'g', 'G' -> 1L << 30;
      default -> 1;
    };
  }

  private static Failure wrong(String variable, String value, String wanted) {
    return new Failure(variable + " is " + value + "; it takes " + wanted);
  }
}

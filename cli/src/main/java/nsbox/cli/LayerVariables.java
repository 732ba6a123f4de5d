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
      limits = limits.withBytes(Sizes.parse(bytes, BYTES));
    }
    String entries = environment.getOrDefault(ENTRIES, "");
    if (!entries.isEmpty()) {
      limits = limits.withEntries(entries(entries));
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

  private static long entries(String value) throws Failure {
    long entries = 0;
    try {
      entries = Long.parseLong(value);
    } catch (NumberFormatException e) {
      // Said below, as any number that is too small.
    }
    if (entries < 1) {
      throw new Failure(ENTRIES + " is " + value + "; it takes a number of entries");
    }
    return entries;
  }
}

package nsbox.bundle.options;

import java.util.List;

/// The variables that a user sets or takes away: `NAME=value` each, for names alone were looked up
/// by the caller.
///
/// @param ofHost the caller's own, which the image outranks
/// @param ofFiles from files, which outrank the image
/// @param assignments outrank all
/// @param unset names of variables that would come from the image or by default, and do not
/// @param unsetAll none of those come
public record EnvironmentOptions(
    List<String> ofHost,
    List<String> ofFiles,
    List<String> assignments,
    List<String> unset,
    boolean unsetAll) {

  public static final EnvironmentOptions DEFAULT =
      new EnvironmentOptions(List.of(), List.of(), List.of(), List.of(), false);
}

package nsbox.cli;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// The time that a build is to say of itself, so that it can be repeated to the byte.
///
/// @spec https://reproducible-builds.org/specs/source-date-epoch/
public final class SourceDate {
  private SourceDate() {}

  /// What SOURCE_DATE_EPOCH says; empty where it is not set, or to nothing.
  ///
  /// @throws Failure if it is no time
  public static Optional<Instant> of(Map<String, String> environment) throws Failure {
    String epoch = environment.get("SOURCE_DATE_EPOCH");
    if (epoch == null || epoch.isEmpty()) {
      return Optional.empty();
    }
    if (!epoch.matches("[0-9]{1,11}")) {
      throw new Failure("SOURCE_DATE_EPOCH should be seconds since 1970, it is " + epoch);
    }
    return Optional.of(Instant.ofEpochSecond(Long.parseLong(epoch)));
  }
}

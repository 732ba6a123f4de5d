package nsbox.registry;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/// The header by which a server says when to come back.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9110#name-retry-after Retry-After
final class RetryAfter {
  private static final int MAX_DIGITS = 9;

  private RetryAfter() {}

  /// Reads seconds or an HTTP date; what is neither counts as not there.
  static Optional<Duration> parse(String text, Instant now) {
    String value = text.strip();
    if (!value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
      long seconds = value.length() > MAX_DIGITS ? Integer.MAX_VALUE : Long.parseLong(value);
      return Optional.of(Duration.ofSeconds(seconds));
    }
    try {
      Instant then = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration left = Duration.between(now, then);
      return Optional.of(left.isNegative() ? Duration.ZERO : left);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  static String words(Optional<Duration> retryAfter) {
    return retryAfter.map(wait -> ", and asks to wait " + words(wait)).orElse("");
  }

  /// `0.5 s`, `90 s`.
  static String words(Duration time) {
    long millis = time.toMillis();
    return millis % 1000 == 0 || millis > 10_000
        ? (millis + 999) / 1000 + " s"
        : millis / 1000 + "." + String.format("%03d", millis % 1000).replaceAll("0+$", "") + " s";
  }
}

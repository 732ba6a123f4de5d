package nsbox.cli.output;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A moment as `--filter until=` takes it: how long ago in Go's form (`10m`, `1h30m`), seconds
/// since the epoch, a date, or a date and time. What has no zone is in UTC.
///
/// @spec https://docs.docker.com/reference/cli/docker/image/prune/#filter
public final class FilterTime {
  private static final Pattern AGO = Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,9})?)(ms|[hms])");
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,12}(\\.[0-9]{1,9})?");

  private FilterTime() {}

  /// @throws FilterException if it is none of these
  public static Instant parse(String key, String text, Instant now) throws FilterException {
    try {
      if (SECONDS.matcher(text).matches()) {
        return Instant.ofEpochMilli(millis(text, "s"));
      } else if (text.endsWith("h") || text.endsWith("m") || text.endsWith("s")) {
        return now.minusMillis(ago(text));
      } else if (text.indexOf('T') < 0) {
        return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
      } else if (text.endsWith("Z") || text.matches(".*[+-][0-9]{2}:[0-9]{2}")) {
        return OffsetDateTime.parse(text).toInstant();
      }
      return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw new FilterException(
          key + "=" + text,
          "no time; 10m, 1h30m, 1700000000, 2024-09-06 and 2024-09-06T12:05:36Z are some");
    }
  }

  private static long ago(String text) {
    Matcher parts = AGO.matcher(text);
    long millis = 0;
    int at = 0;
    while (parts.find() && parts.start() == at) {
      millis += millis(parts.group(1), parts.group(2));
      at = parts.end();
    }
    if (at != text.length()) {
      throw new DateTimeException(text);
    }
    return millis;
  }

  private static long millis(String number, String unit) {
    long millisOfUnit =
        switch (unit) {
          case "h" -> 3_600_000;
          case "m" -> 60_000;
          case "s" -> 1_000;
          default -> 1;
        };
    return new BigDecimal(number).multiply(BigDecimal.valueOf(millisOfUnit)).longValue();
  }
}

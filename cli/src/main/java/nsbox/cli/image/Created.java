package nsbox.cli.image;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import nsbox.cli.output.Human;

/// When an image or a step of its history was made, as far as it says so: the text is the image's,
/// and may be anything.
record Created(Optional<Instant> moment) {
  static final String UNKNOWN = "N/A";

  private static final DateTimeFormatter DOCKER =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss '+0000 UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  static Created parse(Optional<String> text) {
    try {
      return new Created(text.map(it -> OffsetDateTime.parse(it).toInstant()));
    } catch (DateTimeException e) {
      return new Created(Optional.empty());
    }
  }

  /// `3 weeks ago`.
  String since(Instant now) {
    return moment
        .map(it -> Human.duration(now.getEpochSecond() - it.getEpochSecond()) + " ago")
        .orElse(UNKNOWN);
  }

  /// `2024-09-06 12:05:36 +0000 UTC`.
  String at() {
    return moment.map(DOCKER::format).orElse(UNKNOWN);
  }

  /// `2024-09-06T12:05:36Z`.
  String inRfc3339() {
    return moment
        .map(it -> it.truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString())
        .orElse(UNKNOWN);
  }

  /// For sorting: what does not say when it was made is older than all else.
  Instant order() {
    return moment.orElse(Instant.MIN);
  }
}

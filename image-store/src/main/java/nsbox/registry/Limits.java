package nsbox.registry;

import java.time.Duration;

/// How long a server is waited for, and how often it is asked again.
///
/// @param connectTimeout for a connection to come about
/// @param idleTimeout for which nothing may come; also the span over which the rate is measured,
///   and within which all headers of an answer must have come
/// @param leastBytesPerSecond below which a transfer counts as stalled
/// @param retries after the first attempt; 0 to ask once
/// @param firstWait before the first retry; it doubles with each
/// @param longestWait that a server's `Retry-After` is obeyed for; above it the request fails
public record Limits(
    Duration connectTimeout,
    Duration idleTimeout,
    long leastBytesPerSecond,
    int retries,
    Duration firstWait,
    Duration longestWait) {
  public static final Limits DEFAULT =
      new Limits(
          Duration.ofSeconds(15),
          Duration.ofSeconds(60),
          1024,
          3,
          Duration.ofSeconds(1),
          Duration.ofMinutes(5));

  /// The longest answer of a token server, and the longest error that is read, in bytes.
  static final int MAX_SMALL_BODY_BYTES = 1 << 20;

  /// Headers of one answer together, in bytes.
  static final int MAX_HEADER_BYTES = 64 << 10;

  static final int MAX_REDIRECTS = 10;

  /// The same, with another number of retries.
  public Limits withRetries(int number) {
    return new Limits(
        connectTimeout, idleTimeout, leastBytesPerSecond, number, firstWait, longestWait);
  }

  /// The same, with another wait before the first retry.
  public Limits withFirstWait(Duration wait) {
    return new Limits(connectTimeout, idleTimeout, leastBytesPerSecond, retries, wait, longestWait);
  }
}

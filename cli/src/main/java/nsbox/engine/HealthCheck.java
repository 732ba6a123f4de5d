package nsbox.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.json.JsonObject;

/// How a container is asked whether it is healthy: `Healthcheck` of an image's or a container's
/// `Config`, in docker's form, where 0 is what nobody said. Times are nanoseconds.
///
/// @param test `NONE`; `CMD` and a command; `CMD-SHELL` and a line for the shell; or nothing
public record HealthCheck(
    List<String> test,
    long interval,
    long timeout,
    long startPeriod,
    long startInterval,
    long retries) {
  /// Nothing was said.
  public static final HealthCheck UNSAID = new HealthCheck(List.of(), 0, 0, 0, 0, 0);

  /// Nobody asks.
  public static final HealthCheck NONE = new HealthCheck(List.of("NONE"), 0, 0, 0, 0, 0);

  private static final long SECOND = 1_000_000_000;
  private static final List<String> SHELL = List.of("/bin/sh", "-c");

  /// @throws IOException if a member has another type
  public static HealthCheck of(JsonObject json) throws IOException {
    return new HealthCheck(
        json.strings("Test"),
        json.optionalNumber("Interval").orElse(0L),
        json.optionalNumber("Timeout").orElse(0L),
        json.optionalNumber("StartPeriod").orElse(0L),
        json.optionalNumber("StartInterval").orElse(0L),
        json.optionalNumber("Retries").orElse(0L));
  }

  /// This, and what it does not say from an image's.
  public HealthCheck over(HealthCheck image) {
    if (test.equals(NONE.test)) {
      return this;
    }
    return new HealthCheck(
        test.isEmpty() ? image.test : test,
        interval == 0 ? image.interval : interval,
        timeout == 0 ? image.timeout : timeout,
        startPeriod == 0 ? image.startPeriod : startPeriod,
        startInterval == 0 ? image.startInterval : startInterval,
        retries == 0 ? image.retries : retries);
  }

  public JsonObject json() {
    JsonObject json = new JsonObject();
    if (!test.isEmpty()) {
      json.put("Test", test);
    }
    put(json, "Interval", interval);
    put(json, "Timeout", timeout);
    put(json, "StartPeriod", startPeriod);
    put(json, "StartInterval", startInterval);
    put(json, "Retries", retries);
    return json;
  }

  private static void put(JsonObject json, String name, long number) {
    if (number != 0) {
      json.put(name, number);
    }
  }

  /// What is run to ask; empty where nobody asks.
  ///
  /// @param shell the image's, or nothing
  public Optional<List<String>> command(List<String> shell) {
    if (test.size() < 2) {
      return Optional.empty();
    }
    if (test.getFirst().equals("CMD")) {
      return Optional.of(test.subList(1, test.size()));
    }
    if (!test.getFirst().equals("CMD-SHELL")) {
      return Optional.empty();
    }
    List<String> command = new ArrayList<>(shell.isEmpty() ? SHELL : shell);
    command.add(test.get(1));
    return Optional.of(command);
  }

  long intervalMilliseconds() {
    return milliseconds(interval, 30 * SECOND);
  }

  long timeoutMilliseconds() {
    return milliseconds(timeout, 30 * SECOND);
  }

  long startPeriodMilliseconds() {
    return Math.max(startPeriod, 0) / 1_000_000;
  }

  long startIntervalMilliseconds() {
    return milliseconds(startInterval, 5 * SECOND);
  }

  long failures() {
    return retries <= 0 ? 3 : retries;
  }

  private static long milliseconds(long nanos, long unsaid) {
    return Math.max((nanos <= 0 ? unsaid : nanos) / 1_000_000, 1);
  }
}

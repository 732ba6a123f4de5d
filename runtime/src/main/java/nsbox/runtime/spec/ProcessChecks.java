package nsbox.runtime.spec;

import java.util.List;
import java.util.Optional;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// The checks of `process`.
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#process
final class ProcessChecks {
  private static final long MAX_UMASK = 07777;
  private static final long MAX_OOM_SCORE = 1000;

  /// struct winsize of tty_ioctl(4) has 16 bits for each.
  private static final long MAX_TERMINAL = 0xffff;

  private ProcessChecks() {}

  static void check(JsonObject process) throws JsonException {
    if (process.strings("args").getFirst().isEmpty()) {
      throw new JsonException(process.locationOf("args") + "[0]: empty, expected a program to run");
    }
    environment(process);
    Checks.within(process, "oomScoreAdj", -MAX_OOM_SCORE, MAX_OOM_SCORE);
    Optional<JsonObject> user = process.optionalObject("user");
    if (user.isPresent()) {
      umask(user.get());
    }
    Optional<JsonObject> size = process.optionalObject("consoleSize");
    if (size.isPresent()) {
      size.get().number("height");
      size.get().number("width");
      Checks.within(size.get(), "height", 0, MAX_TERMINAL);
      Checks.within(size.get(), "width", 0, MAX_TERMINAL);
    }
    for (JsonObject rlimit : process.objects("rlimits")) {
      rlimit(rlimit);
    }
  }

  private static void environment(JsonObject process) throws JsonException {
    List<String> environment = process.strings("env");
    for (int i = 0; i < environment.size(); i++) {
      if (environment.get(i).indexOf('=') <= 0) {
        throw new JsonException(
            process.locationOf("env")
                + "["
                + i
                + "]: "
                + environment.get(i)
                + ", expected NAME=VALUE");
      }
    }
  }

  private static void umask(JsonObject user) throws JsonException {
    Optional<Long> umask = user.optionalNumber("umask");
    if (umask.isPresent() && (umask.get() < 0 || umask.get() > MAX_UMASK)) {
      throw new JsonException(
          user.locationOf("umask") + ": " + umask.get() + ", expected 0 to 4095 (octal 7777)");
    }
  }

  /* As setrlimit(2), which says EINVAL and not which. */
  private static void rlimit(JsonObject rlimit) throws JsonException {
    long soft = rlimit.unsigned("soft");
    long hard = rlimit.unsigned("hard");
    if (Long.compareUnsigned(soft, hard) > 0) {
      throw new JsonException(
          rlimit.locationOf("soft")
              + ": "
              + Long.toUnsignedString(soft)
              + " is above the hard limit, "
              + Long.toUnsignedString(hard));
    }
  }
}

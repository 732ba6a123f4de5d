package nsbox.cli.command;

import static nsbox.cli.Model.values;

import java.util.List;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.cli.Sizes;
import nsbox.engine.ContainerRecord;
import nsbox.json.JsonObject;
import picocli.CommandLine.ParseResult;

/// The options that say what a container's monitor does beside it: logs, starts it again, ends it.
///
/// @param logDriver `json-file`, `k8s-file`, `none` or `passthrough`
/// @param logMaxBytes 0 for no limit
/// @param restartMost how often at most; 0 for no limit
/// @param limitSeconds how long the container may run each time; 0 for ever
record WatchFlags(
    String logDriver,
    long logMaxBytes,
    long logMaxFiles,
    String restartPolicy,
    long restartMost,
    long limitSeconds) {
  private static final List<String> DRIVERS = List.of("json-file", "k8s-file", "none");
  private static final List<String> POLICIES =
      List.of(ContainerRecord.NO_RESTART, "on-failure", "always", "unless-stopped");
  private static final long MOST_FILES = 1000;

  static void addTo(Flags flags) {
    flags
        .text("json-file|k8s-file|none", "Where output is logged (json-file)", "--log-driver")
        .texts(
            "max-size=SIZE|max-file=N",
            "When a log is begun anew, and how many there are",
            "--log-opt")
        .text(
            "POLICY",
            "When the container is started again: no, on-failure[:MOST], always, unless-stopped (no)",
            "--restart")
        .text("SECONDS", "Kill the container when it has run that long", "--timeout");
  }

  static WatchFlags of(ParseResult parsed, boolean autoRemove) throws Failure {
    String driver = parsed.matchedOptionValue("--log-driver", "json-file");
    if (!DRIVERS.contains(driver)) {
      throw new Failure(
          "--log-driver " + driver + ": this version of nsbox knows json-file, k8s-file and none");
    }
    long maxBytes = 0;
    long maxFiles = 1;
    for (String option : values(parsed, "--log-opt")) {
      if (option.startsWith("max-size=")) {
        maxBytes = maxBytes(option);
      } else if (option.startsWith("max-file=")) {
        maxFiles =
            number("--log-opt", option, option.substring("max-file=".length()), 1, MOST_FILES);
      } else {
        throw new Failure(
            "--log-opt " + option + ": the options of logs are max-size and max-file");
      }
    }
    String restart = parsed.matchedOptionValue("--restart", ContainerRecord.NO_RESTART);
    int colon = restart.indexOf(':');
    String policy = colon < 0 ? restart : restart.substring(0, colon);
    checkPolicy(restart, policy, colon >= 0, autoRemove);
    long most =
        colon < 0
            ? 0
            : number("--restart", restart, restart.substring(colon + 1), 0, Integer.MAX_VALUE);
    String limit = parsed.matchedOptionValue("--timeout", "0");
    return new WatchFlags(
        driver,
        maxBytes,
        maxFiles,
        policy,
        most,
        number("--timeout", limit, limit, 0, Integer.MAX_VALUE));
  }

  private static void checkPolicy(String text, String policy, boolean most, boolean autoRemove)
      throws Failure {
    if (!POLICIES.contains(policy)) {
      throw new Failure(
          "--restart "
              + text
              + ": "
              + policy
              + " invalid restart policy; use one of no, on-failure, always or unless-stopped");
    }
    if (most && !policy.equals("on-failure")) {
      throw new Failure("--restart " + text + ": a maximum can only be used with on-failure");
    }
    if (autoRemove && !policy.equals(ContainerRecord.NO_RESTART)) {
      throw new Failure("--restart " + text + " and --rm: a container that goes cannot come back");
    }
  }

  /* docker's -1 is no limit. */
  private static long maxBytes(String option) throws Failure {
    String size = option.substring("max-size=".length());
    long bytes = size.equals("-1") ? 0 : Sizes.parse(size, "--log-opt max-size");
    if (bytes == 0 && !size.equals("-1")) {
      throw new Failure("--log-opt " + option + ": a log needs some room, or -1 for no limit");
    }
    return bytes;
  }

  private static long number(String flag, String given, String text, long least, long most)
      throws Failure {
    long number;
    try {
      number = Long.parseLong(text);
    } catch (NumberFormatException e) {
      number = least - 1;
    }
    if (number < least || number > most) {
      throw new Failure(flag + " " + given + ": expected a number from " + least + " to " + most);
    }
    return number;
  }

  /// Writes what differs from the default to a container's record.
  void addTo(JsonObject record) {
    record.put("logDriver", logDriver);
    if (logMaxBytes > 0) {
      record.put("logMaxBytes", logMaxBytes);
    }
    record.put("logMaxFiles", logMaxFiles);
    record.put("restart", restartMost > 0 ? restartPolicy + ":" + restartMost : restartPolicy);
    if (limitSeconds > 0) {
      record.put("limitMilliseconds", limitSeconds * 1000);
    }
  }
}

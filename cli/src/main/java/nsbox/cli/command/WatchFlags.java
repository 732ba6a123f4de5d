package nsbox.cli.command;

import java.util.List;
import nsbox.cli.Failure;
import nsbox.cli.Flags;
import nsbox.engine.ContainerRecord;
import nsbox.json.JsonObject;
import picocli.CommandLine.ParseResult;

/// The options that say what a container's monitor does beside it: logs, starts it again, ends it.
///
/// @param restartMost how often at most; 0 for no limit
/// @param limitSeconds how long the container may run each time; 0 for ever
record WatchFlags(LogFlags log, String restartPolicy, long restartMost, long limitSeconds) {
  private static final List<String> POLICIES =
      List.of(ContainerRecord.NO_RESTART, "on-failure", "always", "unless-stopped");

  static void addTo(Flags flags) {
    LogFlags.addTo(flags);
    flags
        .text(
            "POLICY",
            "When the container is started again: no, on-failure[:MOST], always, unless-stopped (no)",
            "--restart")
        .text("SECONDS", "Kill the container when it has run that long", "--timeout");
  }

  static WatchFlags of(ParseResult parsed, boolean autoRemove) throws Failure {
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
        LogFlags.of(parsed), policy, most, number("--timeout", limit, limit, 0, Integer.MAX_VALUE));
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

  static long number(String flag, String given, String text, long least, long most) throws Failure {
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
    record.put("restart", restartMost > 0 ? restartPolicy + ":" + restartMost : restartPolicy);
    if (limitSeconds > 0) {
      record.put("limitMilliseconds", limitSeconds * 1000);
    }
  }
}

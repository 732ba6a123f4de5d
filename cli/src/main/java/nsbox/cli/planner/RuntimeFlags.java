package nsbox.cli.planner;

import java.util.List;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.RuntimeLog;
import nsbox.cli.RuntimeOptions;

/// Gathers the options that only `nsbox-runtime` has: those of runc and crun.
final class RuntimeFlags {
  private static final List<String> ROOTLESS = List.of("true", "false", "auto");

  private Optional<String> log = RuntimeOptions.DEFAULT.log();
  private RuntimeLog.Format format = RuntimeOptions.DEFAULT.logFormat();
  private RuntimeLog.Level level = RuntimeOptions.DEFAULT.logLevel();
  private RuntimeOptions.CgroupManager manager = RuntimeOptions.DEFAULT.cgroupManager();
  private RuntimeOptions.Rootless rootless = RuntimeOptions.DEFAULT.rootless();
  private Optional<String> criu = RuntimeOptions.DEFAULT.criu();

  /// Takes the option that the words stand at.
  ///
  /// @return false if it is none of these
  boolean take(OptionWords words) throws Failure {
    switch (words.name()) {
      case "--log" -> log = Optional.of(logFile(words.nonEmptyValue("a file")));
      case "--log-format" -> format = format(words.value("text or json"));
      case "--log-level" -> level = level(words.value("a level"));
      case "--systemd-cgroup" ->
          manager =
              words.flag()
                  ? RuntimeOptions.CgroupManager.SYSTEMD
                  : RuntimeOptions.CgroupManager.CGROUPFS;
      case "--cgroup-manager" -> manager = manager(words.value("a cgroup manager"));
      case "--rootless" -> rootless = rootless(words.optionalValue(ROOTLESS, "true"));
      case "--criu" -> criu = Optional.of(words.nonEmptyValue("a program"));
      default -> {
        return false;
      }
    }
    return true;
  }

  /// @param debug as if the level were debug
  RuntimeOptions options(boolean debug) {
    return new RuntimeOptions(
        log, format, debug ? RuntimeLog.Level.DEBUG : level, manager, rootless, criu);
  }

  /* crun would write to the journal; a file of that name would be a surprise. */
  private static String logFile(String value) throws Failure {
    if (value.startsWith("journald:") || value.startsWith("syslog:")) {
      throw new Failure("option --log: " + value + ", nsbox writes to files only");
    }
    return value;
  }

  private static RuntimeLog.Format format(String value) throws Failure {
    return switch (value) {
      case "text" -> RuntimeLog.Format.TEXT;
      case "json" -> RuntimeLog.Format.JSON;
      default -> throw new Failure("option --log-format: " + value + ", expected text or json");
    };
  }

  private static RuntimeLog.Level level(String value) throws Failure {
    return switch (value) {
      case "error" -> RuntimeLog.Level.ERROR;
      case "warning", "warn" -> RuntimeLog.Level.WARNING;
      case "info" -> RuntimeLog.Level.INFO;
      case "debug" -> RuntimeLog.Level.DEBUG;
      default ->
          throw new Failure(
              "option --log-level: " + value + ", expected error, warning, info or debug");
    };
  }

  private static RuntimeOptions.CgroupManager manager(String value) throws Failure {
    return switch (value) {
      case "cgroupfs" -> RuntimeOptions.CgroupManager.CGROUPFS;
      case "systemd" -> RuntimeOptions.CgroupManager.SYSTEMD;
      case "disabled" -> RuntimeOptions.CgroupManager.DISABLED;
      default ->
          throw new Failure(
              "option --cgroup-manager: " + value + ", expected cgroupfs, systemd or disabled");
    };
  }

  private static RuntimeOptions.Rootless rootless(String value) throws Failure {
    return switch (value) {
      case "true" -> RuntimeOptions.Rootless.YES;
      case "false" -> RuntimeOptions.Rootless.NO;
      case "auto" -> RuntimeOptions.Rootless.AUTO;
      default ->
          throw new Failure("option --rootless: " + value + ", expected true, false or auto");
    };
  }
}

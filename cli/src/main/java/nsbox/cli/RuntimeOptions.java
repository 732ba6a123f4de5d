package nsbox.cli;

import java.util.Optional;

/// What the callers of an OCI runtime say before the command.
///
/// @param log where errors are written beside standard error
/// @param criu the program that checkpoints, where it is not the one on the search path
public record RuntimeOptions(
    Optional<String> log,
    RuntimeLog.Format logFormat,
    RuntimeLog.Level logLevel,
    CgroupManager cgroupManager,
    Rootless rootless,
    Optional<String> criu) {

  /// Who makes cgroups.
  public enum CgroupManager {
    CGROUPFS,
    SYSTEMD,
    /// Nobody: the container stays in the caller's, and has no limits of its own.
    DISABLED
  }

  /// Whether a cgroup that may not be made is done without.
  public enum Rootless {
    YES,
    NO,
    /// Where the caller is not root.
    AUTO
  }

  /// Nobody said anything.
  public static final RuntimeOptions DEFAULT =
      new RuntimeOptions(
          Optional.empty(),
          RuntimeLog.Format.TEXT,
          RuntimeLog.Level.WARNING,
          CgroupManager.CGROUPFS,
          Rootless.AUTO,
          Optional.empty());
}

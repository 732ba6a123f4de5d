package nsbox.bundle.options;

import java.util.List;
import java.util.Optional;

/// What runs, as whom, and with which limits of its own.
///
/// @param arguments replace the image's command; empty keeps it
/// @param entrypoint replaces the image's entrypoint and drops its command; an empty list leaves
///   none
/// @param user `user[:group]`, each a name or a number
/// @param groups beside those of the user, each a name or a number
/// @param personality `LINUX` or `LINUX32`
/// @param init path in the container of a program that runs the command and reaps what it leaves
public record ProcessOptions(
    List<String> arguments,
    Optional<List<String>> entrypoint,
    Optional<String> workingDirectory,
    Optional<String> user,
    List<String> groups,
    Optional<Long> umask,
    Optional<TerminalSize> terminal,
    List<Ulimit> ulimits,
    Optional<Long> oomScoreAdjust,
    Optional<String> personality,
    Optional<String> init) {

  public static final ProcessOptions DEFAULT =
      new ProcessOptions(
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  /// In characters; 0 where it is not known.
  public record TerminalSize(int rows, int columns) {}

  /// @param name as users write it: `nofile`
  /// @param soft -1 for no limit, as `hard`
  public record Ulimit(String name, long soft, long hard) {}
}

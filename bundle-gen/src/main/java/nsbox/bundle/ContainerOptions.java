package nsbox.bundle;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a user asks of a container, beyond what its image says.
///
/// @param arguments replace the image's command; empty keeps it
/// @param entrypoint replaces the image's entrypoint and drops its command; an empty text leaves
///   none
/// @param environment `NAME=value`, complete: names alone were looked up by the caller
/// @param user `user[:group]`, each a name or a number
/// @param hostname where absent, the caller's default
/// @param labels beside the image's own
public record ContainerOptions(
    List<String> arguments,
    Optional<String> entrypoint,
    List<String> environment,
    Optional<String> workingDirectory,
    Optional<String> user,
    Optional<String> hostname,
    boolean readonlyRoot,
    List<Volume> volumes,
    Network network,
    Optional<TerminalSize> terminal,
    Map<String, String> labels) {

  /// The networks that there are so far.
  public enum Network {
    /// A network namespace with a loopback interface and nothing else.
    NONE,
    /// The host's network namespace.
    HOST
  }

  /// A directory or file of the host, shown in the container.
  ///
  /// @param source absolute path on the host
  /// @param destination absolute path in the container
  /// @param propagation `rprivate` and its siblings
  public record Volume(String source, String destination, boolean readonly, String propagation) {}

  /// In characters; 0 where it is not known.
  public record TerminalSize(int rows, int columns) {}
}

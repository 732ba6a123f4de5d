package nsbox.runtime.plan;

import java.util.Map;
import java.util.Optional;

/// How a container is handed over to whoever asked for it.
///
/// @param ownStreams the container gets the caller's own standard streams, not pipes to a monitor,
///   and not to the container's /dev/null where nobody would carry them
/// @param monitored somebody stays and watches; else the container's process is the caller's orphan
///   as soon as it is made
/// @param startFifo where a container that is only created waits for `start`; empty to run at once
/// @param consoleSocket who gets the master of the container's terminal; empty for the monitor
/// @param pidFile names the container's process once it is there
/// @param pidfdSocket gets a descriptor of the container's process
/// @param preservedDescriptors how many of the caller's descriptors from 3 on the container gets
/// @param listening what the environment says of those descriptors where they are sockets that the
///   caller was told to listen on, see sd_listen_fds(3), but for LISTEN_PID; else empty
/// @param newKeyring whether the container gets a session keyring of its own
public record Handover(
    boolean ownStreams,
    boolean monitored,
    Optional<String> startFifo,
    Optional<String> consoleSocket,
    Optional<String> pidFile,
    Optional<String> pidfdSocket,
    int preservedDescriptors,
    Map<String, String> listening,
    boolean newKeyring) {

  /// Run at once and left to itself, its streams on the container's /dev/null.
  public static Handover alone(int preservedDescriptors) {
    return new Handover(
        false,
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        preservedDescriptors,
        Map.of(),
        true);
  }

  /// Whether the process has neither streams of its caller's nor somebody who carries others.
  boolean nullStreams() {
    return !ownStreams && !monitored;
  }

  /// Run at once, by a monitor that carries the streams.
  public static Handover monitored(int preservedDescriptors) {
    return monitored(preservedDescriptors, Optional.empty());
  }

  /// The same with a file that names the container's process.
  public static Handover monitored(int preservedDescriptors, Optional<String> pidFile) {
    return watched(false, preservedDescriptors, pidFile);
  }

  /// Run at once, by a monitor that carries nothing: the container has its caller's streams.
  public static Handover passing(int preservedDescriptors, Optional<String> pidFile) {
    return watched(true, preservedDescriptors, pidFile);
  }

  private static Handover watched(
      boolean ownStreams, int preservedDescriptors, Optional<String> pidFile) {
    return new Handover(
        ownStreams,
        true,
        Optional.empty(),
        Optional.empty(),
        pidFile,
        Optional.empty(),
        preservedDescriptors,
        Map.of(),
        true);
  }
}

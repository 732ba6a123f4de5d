package nsbox.network;

import java.util.Optional;

/// A port of a container that is to be published, on one of some ports of the host.
///
/// @param host the host's address; empty for all of them, of both versions
/// @param firstHostPort 0 for any that is free
/// @param lastHostPort the last that may be taken; the same as the first where it is just that one
/// @param protocol as [PublishedPort] names it
public record WantedPort(
    Optional<Address> host,
    int firstHostPort,
    int lastHostPort,
    int containerPort,
    String protocol) {

  /// Whether one of several is to be chosen.
  public boolean isOpen() {
    return firstHostPort == 0 || firstHostPort != lastHostPort;
  }

  /// Published on this port of the host.
  public PublishedPort on(int hostPort) {
    return new PublishedPort(host, hostPort, containerPort, protocol);
  }
}

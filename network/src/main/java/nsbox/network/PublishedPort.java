package nsbox.network;

import java.util.Optional;

/// A port of the host that leads to one of a container.
///
/// @param host the host's address; empty for all of them, of both versions
/// @param protocol [#TCP], [#UDP] or [#SCTP]
public record PublishedPort(
    Optional<Address> host, int hostPort, int containerPort, String protocol) {
  public static final String TCP = "tcp";
  public static final String UDP = "udp";
  public static final String SCTP = "sctp";
}

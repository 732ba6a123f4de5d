package nsbox.network;

import java.util.List;

/// What a user asks of a container's networks.
///
/// @param attachments the networks that it is on, the first with its default route; none where it
///   is on none, or has the host's or another container's
/// @param ports to be published
/// @param publishAll whether each port that it exposes is published too
/// @param gatewayHosts names that lead to the gateway, a line of /etc/hosts each: several names
///   have blanks between them
public record NetworkOptions(
    List<Attachment> attachments,
    List<WantedPort> ports,
    boolean publishAll,
    List<String> gatewayHosts) {}

package nsbox.bundle.options;

import java.util.List;
import java.util.Optional;

/// What the container is called, and whom it knows by name.
///
/// @param hostname where absent, the caller's default
/// @param hosts lines for `/etc/hosts`, an address and names each
/// @param nameServers addresses; empty for those of the host
/// @param searchDomains empty for those of the host; `.` alone for none
/// @param resolverOptions empty for those of the host
/// @param hostsFile whether it gets an `/etc/hosts` of its own; else the image's stays
/// @param hostnameFile likewise `/etc/hostname`
/// @param resolverFile likewise `/etc/resolv.conf`
public record NameOptions(
    Optional<String> hostname,
    Optional<String> domainname,
    List<String> hosts,
    List<String> nameServers,
    List<String> searchDomains,
    List<String> resolverOptions,
    boolean hostsFile,
    boolean hostnameFile,
    boolean resolverFile) {

  public static final NameOptions DEFAULT =
      new NameOptions(
          Optional.empty(),
          Optional.empty(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          true,
          true,
          true);
}

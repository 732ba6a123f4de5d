package nsbox.registry.config;

import java.nio.file.Path;
import java.util.List;

/// How a connection to a registry is secured.
///
/// @param verify whether certificate and host name must be right
/// @param authorities files in PEM that are trusted beside the system's
/// @param identities what the client shows about itself where it is asked
/// @param origin of the rule
public record Tls(
    boolean verify, List<Path> authorities, List<Identity> identities, Origin origin) {
  public static final Tls DEFAULT = new Tls(true, List.of(), List.of(), Origin.DEFAULT);

  /// A client certificate and its key, in PEM; both may be in one file.
  public record Identity(Path certificate, Path key) {}
}

package nsbox.registry.config;

import java.nio.file.Path;
import java.util.Optional;

/// What a command's options say instead of the configuration.
///
/// @param tlsVerify `--tls-verify`: false allows wrong certificates and plain http, true forbids
///   them even where the configuration allows them
/// @param authFile `--authfile`: looked into before all others; logins are written to it
/// @param credential `--creds`: shown to whichever server asks, mirrors too, as podman does
/// @param certFolder `--cert-dir`: used for every server instead of its folder in a `certs.d`
public record Overrides(
    Optional<Boolean> tlsVerify,
    Optional<Path> authFile,
    Optional<Credential> credential,
    Optional<Path> certFolder) {
  public static final Overrides NONE =
      new Overrides(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /// Reads the value of `--creds`.
  ///
  /// @param text `user:password`, as skopeo and podman take it
  /// @throws InvalidConfigurationException if there is no user or no colon
  public static Credential credential(String text) throws InvalidConfigurationException {
    Origin origin = new Origin("--creds", 0);
    int colon = text.indexOf(':');
    if (colon < 1) {
      throw new InvalidConfigurationException(origin, "expected USER:PASSWORD");
    }
    return new Credential(
        text.substring(0, colon), new Secret(text.substring(colon + 1)), false, origin);
  }
}

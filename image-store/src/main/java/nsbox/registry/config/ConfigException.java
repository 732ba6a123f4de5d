package nsbox.registry.config;

import java.io.IOException;

/// Why the user's configuration of registries cannot be followed.
///
/// Each kind carries the facts; the message is one plain sentence that names file and line, and
/// never a secret. A file that may not be read stays an ordinary [IOException].
public abstract sealed class ConfigException extends IOException
    permits BlockedRegistryException,
        HelperFailedException,
        InvalidConfigurationException,
        NoPushServerException,
        UnresolvedShortNameException {
  private static final long serialVersionUID = 1L;

  private final transient Origin origin;

  ConfigException(Origin origin, String message, Throwable cause) {
    super(message, cause);
    this.origin = origin;
  }

  /// The setting that is at fault or that forbids it.
  public Origin origin() {
    return origin;
  }
}

package nsbox.registry.config;

/// A file, a variable or an option that does not say what it must.
public final class InvalidConfigurationException extends ConfigException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  InvalidConfigurationException(Origin origin, String reason) {
    this(origin, reason, null);
  }

  InvalidConfigurationException(Origin origin, String reason, Throwable cause) {
    super(origin, origin + ": " + reason, cause);
    this.reason = reason;
  }

  /// What is wrong, without the place.
  public String reason() {
    return reason;
  }
}

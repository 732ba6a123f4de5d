package nsbox.registry.config;

/// A credential helper that is missing, hangs, or does not do what it was asked.
public final class HelperFailedException extends ConfigException {
  private static final long serialVersionUID = 1L;

  private final String program;

  /// @param reason what it did; nothing that it printed
  HelperFailedException(String program, Origin origin, String reason, Throwable cause) {
    super(origin, program + ", which " + origin + " names, " + reason, cause);
    this.program = program;
  }

  /// Its name: `docker-credential-pass`.
  public String program() {
    return program;
  }
}

package nsbox.registry;

/// The server sends elsewhere, and nsbox does not go there.
public final class RedirectRefusedException extends RegistryException {
  private static final long serialVersionUID = 1L;

  private final String location;

  /// @param reason completes the sentence: `which is not encrypted`
  RedirectRefusedException(Target target, String location, String reason) {
    super(target, "the redirect to " + VisibleText.of(location) + " is not followed: " + reason);
    this.location = location;
  }

  /// As the server wrote it.
  public String location() {
    return location;
  }
}

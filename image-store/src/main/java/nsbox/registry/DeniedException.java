package nsbox.registry;

/// The registry knows who asks, and does not allow it (403).
public final class DeniedException extends RegistryException {
  private static final long serialVersionUID = 1L;

  DeniedException(Target target, String said) {
    super(target, "denied" + said);
  }
}

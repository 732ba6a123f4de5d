package nsbox.registry;

/// The registry has no such thing, or does not show it to everybody.
public final class NotFoundException extends RegistryException {
  private static final long serialVersionUID = 1L;

  NotFoundException(Target target, String said) {
    super(target, "not found" + said);
  }
}

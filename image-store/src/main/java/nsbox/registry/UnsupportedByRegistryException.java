package nsbox.registry;

/// The registry speaks the protocol, but this part of it is not there or is switched off.
public final class UnsupportedByRegistryException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /// @param what completes the sentence: `does not delete manifests`
  UnsupportedByRegistryException(Target target, String what, String said) {
    super(target, target.host() + " " + what + said);
  }
}

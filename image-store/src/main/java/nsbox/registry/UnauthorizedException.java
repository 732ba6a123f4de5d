package nsbox.registry;

import java.util.Optional;
import nsbox.registry.config.Origin;

/// The registry, or its token server, wants to know who asks, and was not satisfied.
public final class UnauthorizedException extends RegistryException {
  private static final long serialVersionUID = 1L;

  private final transient Optional<Origin> credential;
  private final boolean sent;

  private UnauthorizedException(
      Target target, Optional<Origin> credential, boolean sent, String found) {
    super(target, found);
    this.credential = credential;
    this.sent = sent;
  }

  static UnauthorizedException without(Target target, String said) {
    return new UnauthorizedException(
        target, Optional.empty(), false, "wants credentials, and there are none" + said);
  }

  static UnauthorizedException refused(Target target, Origin credential, String said) {
    return new UnauthorizedException(
        target,
        Optional.of(credential),
        true,
        "the credentials from " + credential + " are not accepted" + said);
  }

  /// @param why completes the sentence: `over plain http`
  static UnauthorizedException withheld(Target target, Origin credential, String why) {
    return new UnauthorizedException(
        target,
        Optional.of(credential),
        false,
        "the credentials from " + credential + " are not sent " + why);
  }

  /// Where the credentials come from; empty where there were none.
  public Optional<Origin> credential() {
    return credential;
  }

  /// Whether the credentials left this machine.
  public boolean sent() {
    return sent;
  }
}

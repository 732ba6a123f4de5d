package nsbox.registry;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// Why a registry did not do what it was asked for.
///
/// Each kind carries the facts; the message is one plain sentence made of them.
public abstract sealed class RegistryException extends IOException
    permits BadAnswerException,
        DeniedException,
        NotFoundException,
        RedirectRefusedException,
        RegistryErrorException,
        StalledException,
        TooManyRequestsException,
        UnauthorizedException,
        UnreachableException,
        UnsupportedByRegistryException,
        UntrustedServerException {
  private static final long serialVersionUID = 1L;

  private final Target target;

  RegistryException(Target target, String found) {
    super(target.object() + ": " + found);
    this.target = target;
  }

  RegistryException(Target target, String found, Throwable cause) {
    super(target.object() + ": " + found, cause);
    this.target = target;
  }

  /// The server that was asked, with its port.
  public String host() {
    return target.host();
  }

  /// What was asked for, such as `manifest 1.4 of registry.test/team/app`.
  public String object() {
    return target.object();
  }

  /// Whether the same request may go well a little later.
  public boolean mayPass() {
    return false;
  }

  /// How long the server wants to be left alone; empty where it does not say.
  public Optional<Duration> retryAfter() {
    return Optional.empty();
  }
}

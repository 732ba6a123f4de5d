package nsbox.registry;

import java.time.Duration;
import java.util.Optional;

/// The registry's limit for this user or address is used up (429).
public final class TooManyRequestsException extends RegistryException {
  private static final long serialVersionUID = 1L;

  private final transient Optional<Duration> retryAfter;

  TooManyRequestsException(Target target, Optional<Duration> retryAfter, String said) {
    super(target, "too many requests (429)" + RetryAfter.words(retryAfter) + said);
    this.retryAfter = retryAfter;
  }

  @Override
  public boolean mayPass() {
    return true;
  }

  @Override
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }
}

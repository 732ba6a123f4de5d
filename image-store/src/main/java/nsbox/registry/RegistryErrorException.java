package nsbox.registry;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// The registry answered with a failure that has no kind of its own.
public final class RegistryErrorException extends RegistryException {
  private static final long serialVersionUID = 1L;
  private static final Set<Integer> PASSING = Set.of(408, 500, 502, 503, 504);

  private final int status;
  private final transient Optional<Duration> retryAfter;

  RegistryErrorException(Target target, int status, Optional<Duration> retryAfter, String said) {
    super(target, "the server answers " + status + RetryAfter.words(retryAfter) + said);
    this.status = status;
    this.retryAfter = retryAfter;
  }

  /// HTTP's number for it.
  public int status() {
    return status;
  }

  @Override
  public boolean mayPass() {
    return PASSING.contains(status);
  }

  @Override
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }
}

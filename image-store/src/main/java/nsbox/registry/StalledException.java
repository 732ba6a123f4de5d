package nsbox.registry;

import java.net.URI;
import java.time.Duration;

/// The server keeps the connection and sends or takes next to nothing.
public final class StalledException extends RegistryException {
  private static final long serialVersionUID = 1L;

  private final Duration waited;

  StalledException(Target target, URI uri, long bytes, Duration waited) {
    super(
        target,
        uri.getRawAuthority() + " stalled: " + bytes + " bytes in " + RetryAfter.words(waited));
    this.waited = waited;
  }

  /// How long nothing, or too little, has come.
  public Duration waited() {
    return waited;
  }
}

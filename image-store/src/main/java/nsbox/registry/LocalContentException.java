package nsbox.registry;

import java.io.IOException;

/// The caller's own bytes could not be read: no fault of the connection on which they were to go.
final class LocalContentException extends IOException {
  private static final long serialVersionUID = 1L;

  private final IOException cause;

  LocalContentException(IOException cause) {
    super(cause);
    this.cause = cause;
  }

  IOException cause() {
    return cause;
  }
}

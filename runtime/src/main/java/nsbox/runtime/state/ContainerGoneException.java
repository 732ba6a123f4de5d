package nsbox.runtime.state;

import java.io.IOException;

/// The container was there a moment ago: somebody else has deleted it.
public final class ContainerGoneException extends IOException {
  private static final long serialVersionUID = 1L;

  ContainerGoneException(String id, Throwable cause) {
    super("container does not exist: " + id, cause);
  }
}

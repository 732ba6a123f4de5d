package nsbox.registry;

import java.io.IOException;

/// Why a registry did not do what it was asked for.
///
/// Each kind carries the facts; the message is one plain sentence made of them.
public abstract class RegistryException extends IOException {
  private static final long serialVersionUID = 1L;

  RegistryException(String message) {
    super(message);
  }

  RegistryException(String message, Throwable cause) {
    super(message, cause);
  }
}

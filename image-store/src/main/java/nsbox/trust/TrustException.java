package nsbox.trust;

import java.io.IOException;

/// Why an image is not trusted, or why that cannot be told.
public abstract class TrustException extends IOException {
  private static final long serialVersionUID = 1L;

  TrustException(String message) {
    super(message);
  }

  TrustException(String message, Throwable cause) {
    super(message, cause);
  }
}

package nsbox.jib;

import java.io.IOException;

/// A token server answered, and Jib found no token in it.
public final class TokenRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Jib's own message is the cause's: it may hold what was sent.
  TokenRefusedException(String realm, Exception cause) {
    super("the answer of " + realm + " holds no token", cause);
  }
}

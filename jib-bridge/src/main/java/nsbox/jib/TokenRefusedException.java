package nsbox.jib;

import java.io.IOException;

/// A token server answered, and Jib found no token in it.
public final class TokenRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Without Jib's exception as the cause: its message holds what was sent, an identity token too.
  TokenRefusedException(String realm) {
    super("the answer of " + realm + " holds no token");
  }
}

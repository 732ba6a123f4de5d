package nsbox.engine;

import java.io.IOException;

/// A container of which no image can be made, and why. Nothing was stored.
public final class CommitRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  CommitRefusedException(String container, String reason) {
    super("cannot commit container " + container + "\n  " + reason);
  }
}

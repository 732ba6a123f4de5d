package nsbox.snapshot;

import java.io.IOException;

/// What is to be copied does not fit onto what is there.
public final class UnsuitableTargetException extends IOException {
  private static final long serialVersionUID = 1;

  UnsuitableTargetException(String message) {
    super(message);
  }
}

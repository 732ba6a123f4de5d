package nsbox.archive;

import java.io.IOException;

/// An instruction for an image's config that is none.
public final class InvalidChangeException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String change;
  private final String reason;

  InvalidChangeException(String change, String reason) {
    super("cannot change the image by \"" + change + "\": " + reason);
    this.change = change;
    this.reason = reason;
  }

  /// The instruction, or the part of it that is wrong.
  public String change() {
    return change;
  }

  public String reason() {
    return reason;
  }
}

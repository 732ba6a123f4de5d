package nsbox.jib;

import java.io.IOException;
import java.nio.file.Path;

/// A credential helper that did not do what it was asked.
///
/// What it printed is not told: it may be the secret, or a part of it.
public final class CredentialHelperException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String program;
  private final String reason;

  CredentialHelperException(Path program, String reason) {
    super(program + " " + reason);
    this.program = program.toString();
    this.reason = reason;
  }

  public String program() {
    return program;
  }

  /// What it did, as the rest of a sentence that begins with its name.
  public String reason() {
    return reason;
  }
}

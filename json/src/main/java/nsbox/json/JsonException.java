package nsbox.json;

import java.io.IOException;

/// A document that is not JSON, is larger or deeper than allowed, or lacks what its reader needs.
///
/// The message says where in which document and what was found, for instance `config.json:
/// process.args[0]: expected a string, found a number`.
public final class JsonException extends IOException {
  private static final long serialVersionUID = 1L;

  public JsonException(String message) {
    super(message);
  }

  public JsonException(String message, Throwable cause) {
    super(message, cause);
  }
}

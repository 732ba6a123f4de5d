package nsbox.json;

import java.io.IOException;

/// A document that is not JSON, is larger or deeper than allowed, or lacks what its reader needs.
///
/// The message says where in which document and what was found, for instance `config.json:
/// process.args[0]: expected a string, found a number`.
public final class JsonException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int line;

  public JsonException(String message) {
    this(message, 0, null);
  }

  public JsonException(String message, Throwable cause) {
    this(message, 0, cause);
  }

  JsonException(String message, int line, Throwable cause) {
    super(message, cause);
    this.line = line;
  }

  /// Where the text stops being JSON, from 1; 0 where it is JSON and says something else.
  public int line() {
    return line;
  }
}

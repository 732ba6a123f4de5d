package nsbox.image;

/// A manifest, index or config that is not JSON or lacks what its specification asks for.
public final class InvalidDocumentException extends ImageException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  public InvalidDocumentException(String reason, Throwable cause) {
    super(reason, cause);
    this.reason = reason;
  }

  public InvalidDocumentException(String reason) {
    super(reason);
    this.reason = reason;
  }

  /// Names the document and the place in it.
  public String reason() {
    return reason;
  }
}

package nsbox.image;

/// A manifest that may be sound and that nsbox does not take.
public final class UnsupportedManifestException extends ImageException {
  private static final long serialVersionUID = 1L;

  private final String document;
  private final String mediaType;
  private final String reason;

  public UnsupportedManifestException(String document, String mediaType, String reason) {
    super(document + (mediaType.isEmpty() ? "" : " (" + mediaType + ")") + ": " + reason);
    this.document = document;
    this.mediaType = mediaType;
    this.reason = reason;
  }

  public String document() {
    return document;
  }

  /// Empty where none is known.
  public String mediaType() {
    return mediaType;
  }

  public String reason() {
    return reason;
  }
}

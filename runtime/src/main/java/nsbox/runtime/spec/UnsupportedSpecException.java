package nsbox.runtime.spec;

/// A field of config.json that the runtime specification knows and this runtime cannot apply.
///
/// It is refused rather than ignored: whoever wrote it relies on it.
public final class UnsupportedSpecException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String field;

  /// @param field its place, such as `linux.namespaces[2].path`
  /// @param reason what is missing, or what is accepted instead
  public UnsupportedSpecException(String field, String reason) {
    super(field + ": " + reason);
    this.field = field;
  }

  public String field() {
    return field;
  }
}

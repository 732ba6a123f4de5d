package nsbox.image;

/// An image that is larger than nsbox reads in some respect.
public final class LimitExceededException extends ImageException {
  private static final long serialVersionUID = 1L;

  private final String what;
  private final long limit;
  private final long actual;

  public LimitExceededException(String what, long limit, long actual) {
    super(what + ": " + actual + ", at most " + limit + " are read");
    this.what = what;
    this.limit = limit;
    this.actual = actual;
  }

  /// What was counted, and in which document.
  public String what() {
    return what;
  }

  public long limit() {
    return limit;
  }

  public long actual() {
    return actual;
  }
}

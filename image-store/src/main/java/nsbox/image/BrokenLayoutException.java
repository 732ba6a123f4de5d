package nsbox.image;

/// A folder or archive of images is not as its format asks.
public final class BrokenLayoutException extends ImageException {
  private static final long serialVersionUID = 1L;

  private final String layout;
  private final String file;
  private final String expected;
  private final String actual;

  public BrokenLayoutException(String layout, String file, String expected, String actual) {
    super(
        "cannot take images from "
            + layout
            + ": "
            + (file.isEmpty() ? "" : file + ": ")
            + "expected "
            + expected
            + ", found "
            + actual);
    this.layout = layout;
    this.file = file;
    this.expected = expected;
    this.actual = actual;
  }

  /// The folder or archive.
  public String layout() {
    return layout;
  }

  /// Inside the layout; empty where it is about the whole.
  public String file() {
    return file;
  }

  public String expected() {
    return expected;
  }

  public String actual() {
    return actual;
  }
}

package nsbox.image;

import java.nio.file.Path;

/// The store does not hold what its own index says it holds.
public final class CorruptStoreException extends ImageException {
  private static final long serialVersionUID = 1L;

  private final transient Path path;
  private final String expected;
  private final String actual;

  public CorruptStoreException(Path path, String expected, String actual) {
    super("image store is damaged: " + path + " should be " + expected + "; it is " + actual);
    this.path = path;
    this.expected = expected;
    this.actual = actual;
  }

  /// The file concerned.
  public Path path() {
    return path;
  }

  public String expected() {
    return expected;
  }

  public String actual() {
    return actual;
  }
}

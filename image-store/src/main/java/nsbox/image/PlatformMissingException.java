package nsbox.image;

import java.util.List;

/// An index that offers nothing for the platform asked for.
public final class PlatformMissingException extends ImageException {
  private static final long serialVersionUID = 1L;

  private final String index;
  private final transient Platform wanted;
  private final transient List<Platform> offered;

  public PlatformMissingException(String index, Platform wanted, List<Platform> offered) {
    super("index " + index + " has no image for " + wanted + "; it offers " + offered);
    this.index = index;
    this.wanted = wanted;
    this.offered = offered;
  }

  /// Digest or name of the index.
  public String index() {
    return index;
  }

  public Platform wanted() {
    return wanted;
  }

  /// In the order of the index.
  public List<Platform> offered() {
    return offered;
  }
}

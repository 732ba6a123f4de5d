package nsbox.snapshot;

import java.io.IOException;

/// A file system that cannot hold what is asked of it, whatever is asked: another one is needed, or
/// another driver.
public final class UnsuitedFileSystemException extends IOException {
  private static final long serialVersionUID = 1;

  private final boolean copyHelps;

  UnsuitedFileSystemException(String found, boolean copyHelps, IOException cause) {
    super(found, cause);
    this.copyHelps = copyHelps;
  }

  /// Whether the copy driver could do it there.
  public boolean copyHelps() {
    return copyHelps;
  }
}

package nsbox.engine;

import java.io.IOException;
import java.nio.file.Path;

/// An image's or a container's tree that could not be mounted on the host, or not be unmounted.
public final class MountException extends IOException {
  private static final long serialVersionUID = 1;

  private final transient Path path;
  private final boolean unmounting;
  private final int errno;

  MountException(Path path, boolean unmounting, int errno) {
    super((unmounting ? "unmount " : "mount ") + path + ": error " + errno);
    this.path = path;
    this.unmounting = unmounting;
    this.errno = errno;
  }

  public Path path() {
    return path;
  }

  public boolean unmounting() {
    return unmounting;
  }

  public int errno() {
    return errno;
  }
}

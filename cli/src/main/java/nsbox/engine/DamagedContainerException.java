package nsbox.engine;

import java.io.IOException;

/// What is kept of a container cannot be read: cut short, overwritten, or gone.
public final class DamagedContainerException extends IOException {
  private static final long serialVersionUID = 1;

  DamagedContainerException(ContainerFolder folder, String what, Throwable cause) {
    super(
        "container "
            + folder.id()
            + " is damaged: "
            + what
            + "\n  No other command can do anything with it; to remove it: nsbox rm -f "
            + folder.id(),
        cause);
  }
}

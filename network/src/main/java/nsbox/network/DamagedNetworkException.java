package nsbox.network;

import java.io.IOException;
import java.nio.file.Path;

/// The record of a network cannot be read. The message says why, and how to be rid of it.
public final class DamagedNetworkException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedNetworkException(Path folder, IOException cause) {
    super(
        "network "
            + folder.getFileName()
            + " is damaged: "
            + cause.getMessage()
            + "\n  If nothing needs it, remove its folder: "
            + folder,
        cause);
  }
}

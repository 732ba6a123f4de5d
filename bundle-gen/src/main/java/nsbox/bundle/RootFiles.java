package nsbox.bundle;

import java.io.IOException;
import java.util.Optional;

/// Small files of the container's root file system, before anything is mounted.
@FunctionalInterface
public interface RootFiles {
  /// @param path absolute, in the container
  /// @return nothing where there is no regular file, or one too large to be what it should be
  Optional<byte[]> read(String path) throws IOException;
}

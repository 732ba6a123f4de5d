package nsbox.cli.command;

import java.io.IOException;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.engine.AmbiguousContainerException;
import nsbox.engine.ContainerFolder;

/// Finds containers as users name them.
final class Lookup {
  private static final int MISSING = 1;

  private Lookup() {}

  /// @throws Failure with exit code 1, as podman's, if there is none
  static ContainerFolder container(Session session, String nameOrId)
      throws IOException, Failure, AmbiguousContainerException {
    Optional<ContainerFolder> found = session.containers().find(nameOrId);
    if (found.isEmpty()) {
      throw new Failure(
          MISSING,
          "no container with name or ID \"" + nameOrId + "\" found: no such container",
          null);
    }
    return found.get();
  }
}

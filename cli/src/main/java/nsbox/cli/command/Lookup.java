package nsbox.cli.command;

import java.io.IOException;
import java.util.Optional;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.engine.AmbiguousContainerException;
import nsbox.engine.ContainerFolder;

/// Finds containers as users name them.
final class Lookup {
  /// The exit code where a container is not there, as podman's.
  static final int MISSING = 1;

  private Lookup() {}

  /// @param folder null if there is no such container
  record Found(String name, ContainerFolder folder) {
    ContainerFolder orFail() throws Failure {
      if (folder == null) {
        throw missing(name, null);
      }
      return folder;
    }
  }

  static Found find(Session session, String nameOrId)
      throws IOException, AmbiguousContainerException {
    Optional<ContainerFolder> found = session.containers().find(nameOrId);
    return new Found(nameOrId, found.isEmpty() ? null : found.get());
  }

  /// @throws Failure with exit code 1, as podman's, if there is none
  static ContainerFolder container(Session session, String nameOrId)
      throws IOException, Failure, AmbiguousContainerException {
    return find(session, nameOrId).orFail();
  }

  /// One that a new container needs.
  ///
  /// @throws Failure with exit code 125, for any other would be that of the new one's program
  static ContainerFolder other(Session session, String nameOrId)
      throws IOException, Failure, AmbiguousContainerException {
    Found found = find(session, nameOrId);
    if (found.folder() == null) {
      throw new Failure(missing(nameOrId, null).getMessage());
    }
    return found.folder();
  }

  static Failure missing(String nameOrId, Exception cause) {
    return new Failure(
        MISSING,
        "no container with name or ID \"" + nameOrId + "\" found: no such container",
        cause);
  }
}

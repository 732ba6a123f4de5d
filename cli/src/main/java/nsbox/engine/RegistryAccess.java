package nsbox.engine;

import java.io.IOException;
import nsbox.registry.config.Credential;
import nsbox.registry.config.Server;

/// What commands ask of a registry's server beside transfers.
public interface RegistryAccess {

  /// Returns if the server takes the credential, or wants none.
  ///
  /// @throws IOException if it refuses it, or cannot be asked
  void checkLogin(Server server, Credential credential) throws IOException;

  /// For a build without a client: every check fails.
  RegistryAccess ABSENT =
      (server, credential) -> {
        throw new IOException(
            "cannot check the login at " + server.host() + ": not yet wired to the network");
      };
}

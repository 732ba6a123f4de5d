package nsbox.engine;

import java.io.IOException;
import nsbox.registry.config.Credential;
import nsbox.registry.config.Server;
import nsbox.registry.config.Surroundings;

/// What commands ask of a registry's server beside transfers.
public interface RegistryAccess {

  /// Returns if the server takes the credential, or wants none.
  ///
  /// @throws IOException if it refuses it, or cannot be asked
  void checkLogin(Surroundings surroundings, Server server, Credential credential)
      throws IOException;
}

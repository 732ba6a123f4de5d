package nsbox.registry;

import java.io.IOException;
import java.util.Optional;
import nsbox.registry.config.Credential;

/// Who asks a registry. Looked up only where the registry wants to know: it may start a program.
public interface Credentials {
  Credentials NONE = Optional::empty;

  /// @throws IOException if there is a rule and it cannot be followed
  Optional<Credential> credential() throws IOException;
}

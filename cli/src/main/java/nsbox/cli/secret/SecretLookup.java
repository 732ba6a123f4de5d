package nsbox.cli.secret;

import java.io.IOException;
import java.util.Optional;
import nsbox.cli.Command;
import nsbox.cli.Failure;
import nsbox.cli.Session;
import nsbox.cli.named.ExistsCommand;
import nsbox.engine.Secret;
import nsbox.engine.Secrets;

/// Secrets as users name them.
public final class SecretLookup {
  static final int MISSING = 1;

  private SecretLookup() {}

  /// `nsbox secret exists`.
  public static Command existsCommand() {
    return new ExistsCommand(
        "secret", "Name or ID", (session, name) -> find(session, name).isPresent());
  }

  /// By name, by ID or by the beginning of just one ID.
  ///
  /// @throws Failure with exit code 1 if there is none, or more than one begins so
  static Secret secret(Session session, String nameOrId) throws IOException, Failure {
    Optional<Secret> found = find(session, nameOrId);
    if (found.isEmpty()) {
      throw new Failure(
          MISSING, "no secret with name or id \"" + nameOrId + "\": no such secret", null);
    }
    return found.get();
  }

  static Optional<Secret> find(Session session, String nameOrId) throws IOException, Failure {
    Secrets secrets = new Secrets(session.roots());
    Optional<Secret> found = secrets.find(nameOrId);
    if (found.isPresent() || nameOrId.isEmpty()) {
      return found;
    }
    for (Secret secret : secrets.list()) {
      if (secret.id().startsWith(nameOrId)) {
        if (found.isPresent()) {
          throw new Failure(MISSING, "more than one secret has an ID with " + nameOrId, null);
        }
        found = Optional.of(secret);
      }
    }
    return found;
  }
}

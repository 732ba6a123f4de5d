package nsbox.registry.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.jib.Account;
import nsbox.jib.CredentialHelper;
import nsbox.jib.CredentialHelperException;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// The credential helpers that configuration names, found on the user's `PATH`.
final class HelperPrograms {
  /// The user name that says: the secret is an identity token.
  static final String TOKEN_USER = "<token>";

  private final Surroundings surroundings;

  HelperPrograms(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /// Asks under each of the names that the registry goes by, until one is known.
  Optional<Credential> get(String helper, List<String> serverUrls, Origin origin)
      throws IOException {
    Path program = program(helper, origin);
    for (String url : serverUrls) {
      try {
        Optional<Account> account = CredentialHelper.get(program, url, surroundings.environment());
        if (account.isPresent()) {
          boolean token = account.get().username().equals(TOKEN_USER);
          return Optional.of(
              new Credential(
                  token ? "" : account.get().username(),
                  new Secret(account.get().secret()),
                  token,
                  new Origin(program.getFileName() + " (" + origin + ")", 0)));
        }
      } catch (CredentialHelperException e) {
        throw failed(helper, origin, e);
      }
    }
    return Optional.empty();
  }

  void store(String helper, String serverUrl, Credential credential, Origin origin)
      throws IOException {
    String user = credential.identityToken() ? TOKEN_USER : credential.username();
    JsonObject message =
        new JsonObject()
            .put("ServerURL", serverUrl)
            .put("Username", user)
            .put("Secret", credential.secret().reveal());
    tell(helper, "store", Json.bytes(message), origin);
  }

  /// Forgets a server.
  ///
  /// @return false where the helper says that it failed, as most do for what they do not know
  boolean erase(String helper, String serverUrl, Origin origin) throws IOException {
    Path program = program(helper, origin);
    byte[] input = serverUrl.getBytes(StandardCharsets.UTF_8);
    try {
      CredentialHelper.tell(program, "erase", input, surroundings.environment());
      return true;
    } catch (CredentialHelperException e) {
      if (CredentialHelper.get(program, serverUrl, surroundings.environment()).isEmpty()) {
        return false;
      }
      throw failed(helper, origin, e);
    }
  }

  /// The servers that a helper knows, and their users.
  Map<String, String> list(String helper, Origin origin) throws IOException {
    byte[] printed = tell(helper, "list", new byte[0], origin);
    try {
      JsonObject all = new JsonObject().put("all", Json.parse(printed, ""));
      return all.stringMap("all");
    } catch (JsonException e) {
      throw new HelperFailedException(
          name(helper), origin, "gave a list that is not JSON", /* may quote it */ null);
    }
  }

  private byte[] tell(String helper, String verb, byte[] input, Origin origin) throws IOException {
    Path program = program(helper, origin);
    try {
      return CredentialHelper.tell(program, verb, input, surroundings.environment());
    } catch (CredentialHelperException e) {
      throw failed(helper, origin, e);
    }
  }

  private Path program(String helper, Origin origin) throws ConfigException {
    /* The name becomes a part of a path. */
    if (!helper.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
      throw new InvalidConfigurationException(
          origin, "\"" + helper + "\" cannot be the name of a credential helper");
    }
    String path = surroundings.environment().getOrDefault("PATH", "");
    for (String folder : path.split(":")) {
      Path program = Path.of(folder).resolve(name(helper));
      /* A relative folder would run what lies wherever the user happens to be. */
      if (folder.startsWith("/") && Files.isRegularFile(program) && Files.isExecutable(program)) {
        return program;
      }
    }
    throw new HelperFailedException(name(helper), origin, "is in no folder of PATH", null);
  }

  private static HelperFailedException failed(
      String helper, Origin origin, CredentialHelperException cause) {
    return new HelperFailedException(name(helper), origin, cause.reason(), cause);
  }

  private static String name(String helper) {
    return "docker-credential-" + helper;
  }
}

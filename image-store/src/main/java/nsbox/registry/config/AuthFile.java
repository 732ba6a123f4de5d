package nsbox.registry.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// One file of credentials: docker's `config.json`, containers' `auth.json`, or `.dockercfg`.
///
/// @param legacy whether the whole object is what the others have under `auths`
/// @spec https://github.com/containers/image/blob/v5.24.0/docs/containers-auth.json.5.md
record AuthFile(Path path, byte[] bytes, JsonObject root, boolean legacy) {

  /// Reads a file; empty if it is not there.
  static Optional<AuthFile> read(Path path, boolean legacy) throws IOException {
    Optional<byte[]> bytes = Places.read(path);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new AuthFile(path, bytes.get(), parse(path, bytes.get()), legacy));
  }

  /// An empty file counts as an empty object: `touch` makes such ones, and podman takes them.
  private static JsonObject parse(Path path, byte[] bytes) throws InvalidConfigurationException {
    if (new String(bytes, StandardCharsets.UTF_8).isBlank()) {
      return new JsonObject();
    }
    try {
      return Json.parse(bytes, "");
    } catch (JsonException e) {
      /* The cause quotes the text, and that may be a secret. */
      throw new InvalidConfigurationException(Places.at(path, e.line()), "not a JSON object");
    }
  }

  /// The credential for a repository, as podman and docker look it up in one file.
  ///
  /// @param host and port, of the server that asks
  Optional<Credential> find(HelperPrograms helpers, String host, String repository)
      throws IOException {
    Optional<Helper> special = helper(host);
    if (special.isPresent()) {
      return special.get().ask(helpers, AuthKeys.helperUrls(host));
    }
    JsonObject auths = auths();
    List<String> keys = new ArrayList<>();
    if (!legacy) {
      keys.addAll(AuthKeys.namespaces(host, repository));
    }
    Optional<Helper> store = store();
    Optional<Credential> found = first(auths, keys);
    if (found.isEmpty() && store.isPresent()) {
      found = store.get().ask(helpers, AuthKeys.helperUrls(host));
    }
    if (found.isPresent()) {
      return found;
    }
    keys = new ArrayList<>(AuthKeys.registry(host));
    for (String key : auths.members().keySet()) {
      if (!keys.contains(key) && AuthKeys.isOldForm(key, host, legacy)) {
        keys.add(key);
      }
    }
    return first(auths, keys);
  }

  /// A helper and the place that names it.
  record Helper(String name, Origin origin) {
    Optional<Credential> ask(HelperPrograms helpers, List<String> urls) throws IOException {
      return helpers.get(name, urls, origin);
    }
  }

  /// The helper that is set for one registry.
  Optional<Helper> helper(String registry) throws InvalidConfigurationException {
    if (legacy) {
      return Optional.empty();
    }
    JsonObject special = object("credHelpers");
    for (String key : AuthKeys.registry(registry)) {
      Optional<String> name = text(special, key, "credHelpers", key);
      if (name.isPresent()) {
        return Optional.of(new Helper(name.get(), at("credHelpers", key)));
      }
    }
    return Optional.empty();
  }

  /// The helper for all registries that have none of their own.
  Optional<Helper> store() throws InvalidConfigurationException {
    if (legacy) {
      return Optional.empty();
    }
    return text(root, "credsStore", "credsStore").map(name -> new Helper(name, at("credsStore")));
  }

  /// All helpers that the file names, each once.
  List<Helper> helpers() throws InvalidConfigurationException {
    List<Helper> all = new ArrayList<>();
    JsonObject special = object("credHelpers");
    for (String key : special.members().keySet()) {
      Optional<String> name = text(special, key, "credHelpers", key);
      if (name.isPresent() && all.stream().noneMatch(one -> one.name.equals(name.get()))) {
        all.add(new Helper(name.get(), at("credHelpers", key)));
      }
    }
    store().filter(one -> all.stream().noneMatch(o -> o.name.equals(one.name))).ifPresent(all::add);
    return all;
  }

  /// The credential that stands in the file itself under this very key.
  Optional<Credential> entry(String key) throws IOException {
    return first(auths(), List.of(key));
  }

  JsonObject auths() throws InvalidConfigurationException {
    return legacy ? root : object("auths");
  }

  private Optional<Credential> first(JsonObject auths, List<String> keys) throws IOException {
    for (String key : keys) {
      if (auths.has(key)) {
        Optional<Credential> credential = credential(auths, key);
        if (credential.isPresent()) {
          return credential;
        }
      }
    }
    return Optional.empty();
  }

  /// An entry without a secret, as docker writes beside a helper, is no credential.
  private Optional<Credential> credential(JsonObject auths, String key) throws IOException {
    if (!(auths.members().get(key) instanceof JsonObject entry)) {
      throw new InvalidConfigurationException(atAuth(key), key + ": expected an object");
    }
    Origin origin = atAuth(key);
    String user = text(entry, "username", origin).orElse("");
    String password = text(entry, "password", origin).orElse("");
    Optional<String> auth = text(entry, "auth", origin);
    if (auth.isPresent()) {
      String decoded = decode(auth.get(), key, origin);
      int colon = decoded.indexOf(':');
      if (colon < 0) {
        throw new InvalidConfigurationException(origin, key + ": auth has no colon in it");
      }
      user = decoded.substring(0, colon);
      password = decoded.substring(colon + 1).replaceAll("\0+$", "");
    }
    Optional<String> token = text(entry, "identitytoken", origin);
    if (token.isPresent()) {
      return Optional.of(new Credential("", new Secret(token.get()), true, origin));
    }
    if (user.isEmpty() || password.isEmpty()) {
      return Optional.empty();
    }
    boolean asToken = user.equals(HelperPrograms.TOKEN_USER);
    return Optional.of(new Credential(asToken ? "" : user, new Secret(password), asToken, origin));
  }

  private static String decode(String auth, String key, Origin origin)
      throws InvalidConfigurationException {
    try {
      return new String(Base64.getDecoder().decode(auth.strip()), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      /* The cause quotes a character of it. */
      throw new InvalidConfigurationException(origin, key + ": auth is not base64");
    }
  }

  private JsonObject object(String name) throws InvalidConfigurationException {
    Object value = root.members().get(name);
    if (value == null) {
      return new JsonObject();
    }
    if (value instanceof JsonObject object) {
      return object;
    }
    throw new InvalidConfigurationException(at(name), name + ": expected an object");
  }

  private Optional<String> text(JsonObject object, String name, String... path)
      throws InvalidConfigurationException {
    return text(object, name, at(path));
  }

  private static Optional<String> text(JsonObject object, String name, Origin origin)
      throws InvalidConfigurationException {
    Object value = object.members().get(name);
    if (value != null && !(value instanceof String)) {
      throw new InvalidConfigurationException(origin, name + ": expected a string");
    }
    return Optional.ofNullable((String) value).filter(text -> !text.isEmpty());
  }

  private Origin atAuth(String key) {
    return legacy ? at(key) : at("auths", key);
  }

  private Origin at(String... path) {
    return Places.at(this.path, Json.lineOf(bytes, path));
  }
}

package nsbox.registry.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nsbox.json.JsonObject;
import nsbox.registry.config.AuthFile.Helper;

/// Keeps logins: in the file that the user named, else in docker's `config.json`, which docker and
/// podman read too and which survives a reboot; and in the credential helper that this file names
/// for the registry, if it names one.
///
/// What else is in the file stays as it is. Logins at once, of several processes, do not lose each
/// other.
public final class LoginStore {
  private final Path file;
  private final HelperPrograms helpers;

  private LoginStore(Path file, HelperPrograms helpers) {
    this.file = file;
    this.helpers = helpers;
  }

  /// @throws InvalidConfigurationException if there is no place for logins
  public static LoginStore of(Surroundings surroundings, Overrides overrides) throws IOException {
    HelperPrograms helpers = new HelperPrograms(surroundings);
    Path file = new AuthFiles(new Places(surroundings), overrides, helpers).written();
    return new LoginStore(file, helpers);
  }

  /// The file that is written.
  public Path file() {
    return file;
  }

  /// Remembers a credential, instead of what was known for the same key.
  ///
  /// @param key a registry, or a registry and a namespace: `host/team`
  /// @return where it went: the file, or the helper and the file that names it
  public Origin store(String key, Credential credential) throws IOException {
    try (AuthFileEdit edit = AuthFileEdit.begin(file)) {
      Optional<Helper> helper = helper(edit.file(), key);
      String written = AuthKeys.written(key);
      JsonObject auths = auths(edit);
      for (String other : AuthKeys.registry(key)) {
        if (!other.equals(written)) {
          auths.remove(other);
        }
      }
      if (helper.isPresent()) {
        helpers.store(helper.get().name(), written, credential, helper.get().origin());
        /* As docker has it: the key tells that there is a login, the helper has the secret. */
        auths.put(written, new JsonObject());
        edit.commit();
        return new Origin(program(helper.get()), 0);
      }
      auths.put(written, entry(credential));
      edit.commit();
      return Places.at(file);
    }
  }

  /// Forgets the credential of a registry or a namespace.
  ///
  /// @param given as for [#store], or a key of [#list]
  /// @return false if there was none
  public boolean remove(String given) throws IOException {
    String key = AuthKeys.bare(given);
    if (AuthFile.read(file, false).isEmpty()) {
      return false;
    }
    try (AuthFileEdit edit = AuthFileEdit.begin(file)) {
      boolean found = false;
      Optional<Helper> helper = helper(edit.file(), key);
      if (helper.isPresent()) {
        Set<String> urls = new LinkedHashSet<>(AuthKeys.helperUrls(key));
        urls.add(given);
        for (String url : urls) {
          found |= helpers.erase(helper.get().name(), url, helper.get().origin());
        }
      }
      JsonObject auths = auths(edit);
      for (String name : List.copyOf(auths.members().keySet())) {
        if (AuthKeys.registry(key).contains(name) || AuthKeys.isOldForm(name, key, false)) {
          auths.remove(name);
          found = true;
        }
      }
      if (found) {
        edit.commit();
      }
      return found;
    }
  }

  /// Forgets all credentials of the file and of its helpers.
  ///
  /// @return the keys that were known
  public List<String> removeAll() throws IOException {
    List<String> keys = List.copyOf(list().keySet());
    for (String key : keys) {
      remove(key);
    }
    return keys;
  }

  /// The keys that are known, and the user of each; empty for a token.
  public Map<String, String> list() throws IOException {
    Map<String, String> logins = new LinkedHashMap<>();
    Optional<AuthFile> read = AuthFile.read(file, false);
    if (read.isEmpty()) {
      return logins;
    }
    List<String> keys = new ArrayList<>(read.get().auths().members().keySet());
    for (Helper helper : read.get().helpers()) {
      logins.putAll(helpers.list(helper.name(), helper.origin()));
    }
    for (String key : keys) {
      if (!logins.containsKey(key)) {
        read.get().entry(key).ifPresent(found -> logins.put(key, found.username()));
      }
    }
    return logins;
  }

  /// Helpers know registries alone, so what is for a namespace stands in the file.
  private static Optional<Helper> helper(AuthFile read, String key) throws IOException {
    if (key.indexOf('/') >= 0) {
      return Optional.empty();
    }
    Optional<Helper> special = read.helper(key);
    return special.isPresent() ? special : read.store();
  }

  private static JsonObject auths(AuthFileEdit edit) throws IOException {
    JsonObject auths = edit.file().auths();
    edit.file().root().put("auths", auths);
    return auths;
  }

  private static JsonObject entry(Credential credential) {
    String user = credential.identityToken() ? HelperPrograms.TOKEN_USER : credential.username();
    String password = credential.identityToken() ? "" : credential.secret().reveal();
    byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    JsonObject entry = new JsonObject().put("auth", Base64.getEncoder().encodeToString(both));
    if (credential.identityToken()) {
      entry.put("identitytoken", credential.secret().reveal());
    }
    return entry;
  }

  private static String program(Helper helper) {
    return "docker-credential-" + helper.name() + " (" + helper.origin() + ")";
  }
}

package nsbox.registry.config;

import java.util.ArrayList;
import java.util.List;

/// Under which keys the credentials for a repository are looked for.
final class AuthKeys {
  private AuthKeys() {}

  /// The keys of namespaces, the most specific first: `host/ns/repo`, `host/ns`.
  static List<String> namespaces(String host, String repository) {
    List<String> keys = new ArrayList<>();
    String registry = DockerHub.is(host) ? DockerHub.NAME : host;
    String path = repository;
    while (!path.isEmpty()) {
      keys.add(registry + "/" + path);
      int slash = path.lastIndexOf('/');
      path = slash < 0 ? "" : path.substring(0, slash);
    }
    return keys;
  }

  /// The keys of the registry as a whole, as they are written today.
  static List<String> registry(String host) {
    return DockerHub.is(host) ? DockerHub.KEYS : List.of(host);
  }

  /// The names under which a helper may know the registry: docker's, and podman's.
  static List<String> helperUrls(String host) {
    return DockerHub.is(host) ? List.of(DockerHub.LOGIN_URL, DockerHub.NAME) : List.of(host);
  }

  /// The registry that a key means which is a URL; any other key is itself.
  static String bare(String key) {
    String bare = key.replaceFirst("^https?://", "");
    int slash = bare.indexOf('/');
    return bare.equals(key) || slash < 0 ? bare : bare.substring(0, slash);
  }

  /// Whether a key means the registry in one of the forms that docker used to write, such as
  /// `https://host/v1/`.
  ///
  /// @param legacyFile whether all keys of the file are such URLs, as in `.dockercfg`
  static boolean isOldForm(String key, String host, boolean legacyFile) {
    String bare = key.replaceFirst("^https?://", "");
    boolean url = legacyFile || !bare.equals(key);
    int slash = bare.indexOf('/');
    String named = url && slash >= 0 ? bare.substring(0, slash) : bare;
    return named.equals(host) || DockerHub.is(host) && DockerHub.is(named);
  }

  /// The key to write: docker's own for docker.io, which podman understands, too.
  static String written(String registryOrNamespace) {
    return DockerHub.is(registryOrNamespace) ? DockerHub.LOGIN_URL : registryOrNamespace;
  }
}

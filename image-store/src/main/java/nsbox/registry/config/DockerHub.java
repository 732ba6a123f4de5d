package nsbox.registry.config;

import java.util.List;

/// The names that one registry goes by.
final class DockerHub {
  /// In references.
  static final String NAME = "docker.io";

  /// The host that speaks the protocol.
  static final String SERVER = "registry-1.docker.io";

  /// Under which docker keeps its credentials, in files and in helpers.
  static final String LOGIN_URL = "https://index.docker.io/v1/";

  /// All keys under which credentials are found, the most usual first.
  static final List<String> KEYS = List.of(LOGIN_URL, NAME, "index.docker.io", SERVER);

  private DockerHub() {}

  static boolean is(String host) {
    return host.equals(NAME) || host.equals(SERVER) || host.equals("index.docker.io");
  }

  /// The host to connect to for a registry.
  static String server(String registry) {
    return is(registry) ? SERVER : registry;
  }
}

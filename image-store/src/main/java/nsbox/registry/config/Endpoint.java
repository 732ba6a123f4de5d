package nsbox.registry.config;

import java.util.Optional;
import java.util.Set;

/// One repository on one server: the registry's own, or a mirror.
///
/// @param repository as this server calls it: `library/alpine`
/// @param nameSpace sent as the parameter `ns`, where the server is a mirror of several registries
/// @param uses what the server may be asked for
public record Endpoint(
    Server server, String repository, Optional<String> nameSpace, Set<Use> uses) {

  /// hosts.toml calls them capabilities, registries.conf has `pull-from-mirror`.
  public enum Use {
    /// Fetch by digest.
    PULL,
    /// Learn which digest a tag stands for.
    RESOLVE,
    PUSH
  }
}

package nsbox.registry.config;

import java.util.List;
import nsbox.image.Reference;

/// One `[[registry]]` of registries.conf.
///
/// @param prefix host, host and path, a whole reference, or `*.` and a domain
/// @param location what stands there instead of the prefix; empty only beside a wildcard: nothing
///   is rewritten
/// @param origin where the table begins
/// @spec https://github.com/containers/image/blob/v5.24.0/docs/containers-registries.conf.5.md
record RegistryRule(
    String prefix,
    String location,
    boolean insecure,
    boolean blocked,
    List<Mirror> mirrors,
    Origin origin) {

  /// @param use for which references it is asked
  record Mirror(String location, boolean insecure, Use use, Origin origin) {}

  /// `pull-from-mirror`, or `mirror-by-digest-only` of the registry.
  enum Use {
    ALL,
    DIGEST_ONLY,
    TAG_ONLY;

    boolean covers(Reference reference) {
      return switch (this) {
        case ALL -> true;
        case DIGEST_ONLY -> reference.digest().isPresent();
        case TAG_ONLY -> reference.digest().isEmpty();
      };
    }
  }

  /// How much of the reference the rule stands for, in characters; -1 if it is not meant.
  int matchLength(Reference reference) {
    if (prefix.startsWith("*.")) {
      String host = withoutPort(reference.registry());
      return host.endsWith(prefix.substring(1)) ? reference.registry().length() : -1;
    }
    String full = reference.toString();
    if (!full.startsWith(prefix)) {
      return -1;
    }
    if (full.length() == prefix.length()) {
      return prefix.length();
    }
    /* A port after a host is another registry, so a colon counts only behind the repository. */
    char next = full.charAt(prefix.length());
    boolean ends = next == '/' || next == '@' || next == ':' && prefix.indexOf('/') >= 0;
    return ends ? prefix.length() : -1;
  }

  /// Host and repository of a reference, by way of a location.
  ///
  /// @param to this rule's location or a mirror's
  String rewritten(Reference reference, String to) {
    if (to.isEmpty()) {
      return reference.name();
    }
    int length = Math.min(matchLength(reference), reference.name().length());
    return to + reference.name().substring(length);
  }

  private static String withoutPort(String registry) {
    int colon = registry.lastIndexOf(':');
    return colon > registry.lastIndexOf(']') ? registry.substring(0, colon) : registry;
  }
}

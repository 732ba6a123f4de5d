package nsbox.registry;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// One request, before it is known who asks and by which scheme.
///
/// @param location an absolute address, kept as a server gave it, or a path on the registry's host
/// @param headers without those of authentication and configuration
/// @param redirects whether it may be sent elsewhere; not if its body holds a secret
record Call(
    Target target,
    String method,
    String location,
    Map<String, String> headers,
    Optional<Body> body,
    boolean redirects) {

  static Call of(Target target, String method, String location) {
    return new Call(target, method, location, Map.of(), Optional.empty(), true);
  }

  Call with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Call(target, method, location, more, body, redirects);
  }

  Call with(Body content) {
    return new Call(target, method, location, headers, Optional.of(content), redirects);
  }

  Call at(String otherLocation) {
    return new Call(target, method, otherLocation, headers, body, redirects);
  }

  Call withoutRedirects() {
    return new Call(target, method, location, headers, body, false);
  }

  /// @param content must give exactly `sizeBytes`
  record Body(long sizeBytes, Repository.Content content) {}
}

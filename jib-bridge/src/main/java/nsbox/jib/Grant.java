package nsbox.jib;

import java.util.Optional;

/// What a token is to allow.
///
/// @spec https://distribution.github.io/distribution/spec/auth/scope/ Token scope
public sealed interface Grant {

  /// Work on one repository.
  ///
  /// @param push whether to write, too
  /// @param mountFrom another repository to read from
  record Repository(String name, boolean push, Optional<String> mountFrom) implements Grant {}

  /// Anything else, which Jib knows nothing of.
  ///
  /// @param scope such as `registry:catalog:*`; empty to show only who asks
  record Other(String scope) implements Grant {}
}

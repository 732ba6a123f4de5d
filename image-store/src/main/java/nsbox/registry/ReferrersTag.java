package nsbox.registry;

import nsbox.image.Digest;

/// The tag under which registries without the referrers API keep the list of what refers to a
/// manifest.
///
/// @spec
///   https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema
///   Referrers tag schema
public final class ReferrersTag {
  private static final int MAX_ALGORITHM = 32;
  private static final int MAX_DIGITS = 64;

  private ReferrersTag() {}

  /// The algorithm cut at 32 characters, the digits at 64.
  public static String of(Digest subject) {
    String algorithm = subject.algorithm();
    String hex = subject.hex();
    return algorithm.substring(0, Math.min(MAX_ALGORITHM, algorithm.length()))
        + "-"
        + hex.substring(0, Math.min(MAX_DIGITS, hex.length()));
  }
}

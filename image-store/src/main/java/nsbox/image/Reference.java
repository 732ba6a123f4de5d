package nsbox.image;

import java.util.Optional;

/// The name of an image in full: registry, repository, and a tag, a digest or both.
///
/// What people leave out is filled in as docker does: `alpine` is
/// `docker.io/library/alpine:latest`. With a digest no tag is added, and the digest alone decides.
///
/// @param registry host, with a port where one was given
/// @param repository path below the registry, at most 255 characters
/// @param tag at most 128 characters; there unless a digest is
/// @spec https://github.com/distribution/reference/blob/v0.6.0/reference.go Grammar
public record Reference(
    String registry, String repository, Optional<String> tag, Optional<Digest> digest) {
  static final String DEFAULT_REGISTRY = "docker.io";
  static final String DEFAULT_TAG = "latest";
  private static final String OFFICIAL = "library/";

  /// Reads a reference as people write it.
  ///
  /// @throws InvalidReferenceException if it breaks the grammar; says where
  public static Reference parse(String text) throws InvalidReferenceException {
    return ReferenceParser.parse(text);
  }

  /// Registry and repository without tag and digest.
  public String name() {
    return registry + "/" + repository;
  }

  /// The shortest text that [#parse] reads as this reference, as docker shows it.
  public String familiar() {
    if (!registry.equals(DEFAULT_REGISTRY)) {
      return toString();
    }
    String shorter = repository;
    if (repository.startsWith(OFFICIAL) && repository.indexOf('/', OFFICIAL.length()) < 0) {
      shorter = repository.substring(OFFICIAL.length());
    } else if (ReferenceParser.startsWithRegistry(repository)) {
      shorter = name();
    }
    return shorter + suffix();
  }

  /// The reference in full, as the store's index keeps it.
  @Override
  public String toString() {
    return name() + suffix();
  }

  private String suffix() {
    String suffix = tag.isPresent() ? ":" + tag.get() : "";
    return digest.isPresent() ? suffix + "@" + digest.get() : suffix;
  }
}

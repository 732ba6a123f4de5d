package nsbox.cli.image;

import java.util.Optional;
import nsbox.image.Reference;

/// A name of an image in the two parts that lists show.
///
/// @param repository as docker shows it, without `docker.io/library/`; `<none>` without a name
/// @param tag `<none>` where the name has a digest, as docker shows it: the digest names the image,
///   and nobody asked what the tag stands for
record ImageName(String repository, String tag) {
  static final String NONE = "<none>";

  /// Of an image without a name.
  static final ImageName NAMELESS = new ImageName(NONE, NONE);

  static ImageName of(Reference reference) {
    String tag = reference.digest().isPresent() ? NONE : reference.tag().orElse(NONE);
    return new ImageName(repository(reference), tag);
  }

  /// The name without tag and digest, as short as it may be.
  static String repository(Reference reference) {
    Optional<String> noTag = Optional.of("latest");
    String name =
        new Reference(reference.registry(), reference.repository(), noTag, Optional.empty())
            .familiar();
    return name.substring(0, name.lastIndexOf(':'));
  }
}

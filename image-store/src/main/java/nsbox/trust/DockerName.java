package nsbox.trust;

import nsbox.image.InvalidReferenceException;
import nsbox.image.Reference;

/// A reference as a policy or a signature has it, where a tag that was left out stays left out.
///
/// @param reference in full; with the tag `latest` if `bare`
/// @param bare whether it names a repository only
record DockerName(Reference reference, boolean bare) {

  static DockerName parse(String text) throws InvalidReferenceException {
    boolean tagged = text.lastIndexOf(':') > text.lastIndexOf('/');
    return new DockerName(Reference.parse(text), !tagged && text.indexOf('@') < 0);
  }

  static DockerName of(Reference reference) {
    return new DockerName(reference, false);
  }

  boolean isSameRepository(DockerName other) {
    return reference.name().equals(other.reference.name());
  }

  /// Whether both name the same tag or digest; a repository alone names neither.
  boolean isSame(DockerName other) {
    return !bare && !other.bare && reference.equals(other.reference);
  }
}

package nsbox.trust;

import nsbox.image.InvalidReferenceException;
import nsbox.image.Reference;

/// Under which name an image must have been signed.
///
/// The first three and the last need to know what the image is called; one from a folder or an
/// archive is called nothing, and then only the `Exact…` ones can hold.
///
/// @spec https://github.com/containers/image/blob/main/docs/containers-policy.json.5.md#signedby
sealed interface SignedIdentity {

  /// Whether a name in a signature will do.
  ///
  /// @param wanted what the user asked for
  boolean accepts(DockerName wanted, DockerName signed);

  /// Whether this can be told without knowing what the image is called.
  default boolean needsName() {
    return true;
  }

  /// `matchExact`: the same tag or the same digest.
  record MatchExact() implements SignedIdentity {
    @Override
    public boolean accepts(DockerName wanted, DockerName signed) {
      return signed.isSame(wanted);
    }
  }

  /// `matchRepoDigestOrExact`, which a policy means where it says nothing: as `matchExact`, but who
  /// asks for a digest is content with any name of the repository.
  record MatchRepoDigestOrExact() implements SignedIdentity {
    @Override
    public boolean accepts(DockerName wanted, DockerName signed) {
      return wanted.reference().digest().isPresent()
          ? signed.isSameRepository(wanted)
          : signed.isSame(wanted);
    }
  }

  /// `matchRepository`: whatever tag. cosign signs repositories, so its signatures need this one or
  /// [ExactRepository].
  record MatchRepository() implements SignedIdentity {
    @Override
    public boolean accepts(DockerName wanted, DockerName signed) {
      return signed.isSameRepository(wanted);
    }
  }

  /// `exactReference`: this very name, whatever the image is called here.
  record ExactReference(DockerName expected) implements SignedIdentity {
    @Override
    public boolean accepts(DockerName wanted, DockerName signed) {
      return signed.isSame(expected);
    }

    @Override
    public boolean needsName() {
      return false;
    }
  }

  /// `exactRepository`: this repository, whatever the image is called here.
  record ExactRepository(DockerName expected) implements SignedIdentity {
    @Override
    public boolean accepts(DockerName wanted, DockerName signed) {
      return signed.isSameRepository(expected);
    }

    @Override
    public boolean needsName() {
      return false;
    }
  }

  /// `remapIdentity`: as `matchRepoDigestOrExact`, after one prefix of the name was replaced by
  /// another; for mirrors.
  ///
  /// @param prefix whole parts of the name in full, from its beginning
  record RemapIdentity(String prefix, String signedPrefix) implements SignedIdentity {
    @Override
    public boolean accepts(DockerName wanted, DockerName signed) {
      try {
        return new MatchRepoDigestOrExact().accepts(remapped(wanted), signed);
      } catch (InvalidReferenceException e) {
        // The prefixes make no name of it, so nobody can have signed it under one.
        return false;
      }
    }

    private DockerName remapped(DockerName wanted) throws InvalidReferenceException {
      Reference reference = wanted.reference();
      String name = reference.name();
      if (!name.equals(prefix) && !name.startsWith(prefix + "/")) {
        return wanted;
      }
      String rest = reference.toString().substring(prefix.length());
      return DockerName.parse(signedPrefix + rest);
    }
  }
}

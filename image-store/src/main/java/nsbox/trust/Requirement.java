package nsbox.trust;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.image.Digest;
import nsbox.image.InvalidReferenceException;
import nsbox.registry.RawManifest;

/// One thing that a policy asks of an image.
sealed interface Requirement {

  /// Returns if the image meets it.
  ///
  /// @param manifests from what the tag points at to the image
  /// @throws TrustException if not, or if that cannot be told
  void check(ImageLocation image, List<RawManifest> manifests, SignatureSource signatures)
      throws IOException;

  /// `insecureAcceptAnything`. No signature is looked for.
  record AcceptAnything() implements Requirement {
    @Override
    public void check(ImageLocation image, List<RawManifest> manifests, SignatureSource source) {
      // Anything is accepted.
    }
  }

  /// `reject`.
  record Reject(String rule) implements Requirement {
    @Override
    public void check(ImageLocation image, List<RawManifest> manifests, SignatureSource source)
        throws TrustException {
      throw new TrustException.Rejected(image.name(), rule);
    }
  }

  /// What is known and cannot be checked: it never holds.
  record Unchecked(String rule, String feature) implements Requirement {
    @Override
    public void check(ImageLocation image, List<RawManifest> manifests, SignatureSource source)
        throws TrustException {
      throw new TrustException.Unsupported(image.name(), rule, feature);
    }
  }

  /// `sigstoreSigned` by one of some keys.
  record Signed(String rule, KeySource keys, SignedIdentity identity) implements Requirement {
    @Override
    public void check(ImageLocation image, List<RawManifest> manifests, SignatureSource source)
        throws IOException {
      if (image.reference().isEmpty() && identity.needsName()) {
        throw new TrustException.Unsupported(
            image.name(), rule, "the name of an image that has none");
      }
      SignatureCheck.Result result = SignatureCheck.check(keys.read(), manifests, source);
      List<RefusedSignature> otherNames = new ArrayList<>();
      for (VerifiedSignature signature : result.verified()) {
        Optional<String> problem = problem(image, signature);
        if (problem.isEmpty()) {
          return;
        }
        otherNames.add(new RefusedSignature(signature.origin(), problem.get()));
      }
      if (!otherNames.isEmpty()) {
        throw new TrustException.WrongIdentity(image.name(), List.copyOf(otherNames), rule);
      }
      if (!result.refused().isEmpty()) {
        throw new TrustException.BadSignature(image.name(), result.refused(), rule);
      }
      List<Digest> digests = manifests.stream().map(m -> m.descriptor().digest()).toList();
      throw new TrustException.Unsigned(image.name(), digests, rule);
    }

    private Optional<String> problem(ImageLocation image, VerifiedSignature signature) {
      if (signature.identity().isEmpty()) {
        return Optional.of("it names no image");
      }
      String claimed = signature.identity().get();
      try {
        DockerName signed = DockerName.parse(claimed);
        /* Where there is no name none is asked for, so the claim may stand for it. */
        DockerName wanted = image.reference().map(DockerName::of).orElse(signed);
        return identity.accepts(wanted, signed)
            ? Optional.empty()
            : Optional.of("it names " + claimed);
      } catch (InvalidReferenceException e) {
        return Optional.of("what it names is no image: " + e.getMessage());
      }
    }
  }
}

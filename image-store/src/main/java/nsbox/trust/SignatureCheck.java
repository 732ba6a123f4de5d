package nsbox.trust;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import nsbox.image.BlobCheck;
import nsbox.image.Digest;
import nsbox.registry.RawManifest;

/// Finds out which signatures of an image some keys have made.
public final class SignatureCheck {
  private SignatureCheck() {}

  /// What became of each signature, in the order in which they were found.
  public record Result(List<VerifiedSignature> verified, List<RefusedSignature> refused) {}

  /// Checks all signatures of an image.
  ///
  /// @param manifests from what the tag points at to the image: an index, and then the manifest
  ///   that was chosen from it. A signature of any one is enough: an index names its manifests by
  ///   digest, so whoever signs it signs them all, and whoever signs the manifest signs what is run
  /// @throws nsbox.image.BlobMismatchException if a manifest does not have the digest it goes by
  public static Result check(
      List<TrustedKey> keys, List<RawManifest> manifests, SignatureSource source)
      throws IOException {
    List<VerifiedSignature> verified = new ArrayList<>();
    List<RefusedSignature> refused = new ArrayList<>();
    for (RawManifest manifest : manifests) {
      Digest digest = manifest.descriptor().digest();
      BlobCheck.check(manifest.descriptor(), manifest.bytes(), "manifest " + digest);
      List<Signature> found = source.signaturesOf(digest);
      for (int i = 0; i < found.size(); i++) {
        if (i == SignatureSource.MAX_SIGNATURES) {
          String rest = found.size() - i + " more signatures of " + digest;
          refused.add(new RefusedSignature(rest, "at most " + i + " are looked at"));
          break;
        }
        try {
          verified.add(verify(found.get(i), keys, manifest));
        } catch (InvalidSignatureException e) {
          refused.add(new RefusedSignature(found.get(i).origin(), e.getMessage()));
        }
      }
    }
    return new Result(List.copyOf(verified), List.copyOf(refused));
  }

  private static VerifiedSignature verify(
      Signature found, List<TrustedKey> keys, RawManifest manifest)
      throws InvalidSignatureException {
    return switch (found) {
      case Signature.SimpleSigning simple -> verifySimple(simple, keys, manifest);
      case Signature.Bundle bundle -> SigstoreBundle.verify(bundle, keys, manifest);
      case Signature.Unreadable(String _, String reason) ->
          throw new InvalidSignatureException(reason);
    };
  }

  /* The key first: what nobody has signed is not even read. */
  private static VerifiedSignature verifySimple(
      Signature.SimpleSigning found, List<TrustedKey> keys, RawManifest manifest)
      throws InvalidSignatureException {
    byte[] signature;
    try {
      signature = Base64.getDecoder().decode(found.signature());
    } catch (IllegalArgumentException e) {
      throw new InvalidSignatureException("the signature is not Base64", e);
    }
    TrustedKey key = keyOf(found.payload(), signature, keys);
    SimpleSigningPayload payload = SimpleSigningPayload.parse(found.payload());
    Digest digest = manifest.descriptor().digest();
    payload.checkDigest(digest);
    return new VerifiedSignature(
        found.origin(), key.toString(), digest, Optional.of(payload.identity()));
  }

  static TrustedKey keyOf(byte[] message, byte[] signature, List<TrustedKey> keys)
      throws InvalidSignatureException {
    for (TrustedKey key : keys) {
      if (key.verifies(message, signature)) {
        return key;
      }
    }
    throw new InvalidSignatureException(
        keys.size() == 1
            ? keys.getFirst() + " did not sign this"
            : "none of the " + keys.size() + " keys signed this");
  }
}

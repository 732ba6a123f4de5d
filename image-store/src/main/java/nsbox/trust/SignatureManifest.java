package nsbox.trust;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nsbox.image.BlobCheck;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageException;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// A manifest whose layers are signatures: cosign's under a tag, or an artifact that refers to the
/// image.
///
/// @spec https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#storage
final class SignatureManifest {
  private static final String PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json";
  private static final String ANNOTATION = "dev.cosignproject.cosign/signature";
  private static final String COSIGN_ARTIFACT = "application/vnd.dev.cosign.artifact.sig.v1+json";
  private static final Set<String> ARTIFACTS =
      Set.of(COSIGN_ARTIFACT, SigstoreBundle.MEDIA_TYPE, PAYLOAD);

  /// Opens a blob; what it reads is checked here.
  interface Blobs {
    InputStream open(Descriptor blob) throws IOException;
  }

  private final String origin;
  private final Blobs blobs;

  /// @param origin where the manifest was found
  SignatureManifest(String origin, Blobs blobs) {
    this.origin = origin;
    this.blobs = blobs;
  }

  /// The tag under which cosign stores the signatures of a manifest.
  static String tagOf(Digest manifest) {
    return manifest.algorithm() + "-" + manifest.hex() + ".sig";
  }

  /// Whether an artifact of this type may hold signatures.
  static boolean isArtifactType(String type) {
    return ARTIFACTS.contains(type);
  }

  /// The signatures in a manifest; layers of another kind are somebody else's.
  List<Signature> read(byte[] manifest) throws IOException {
    List<Signature> signatures = new ArrayList<>();
    try {
      for (JsonObject member : Json.parse(manifest, "manifest").objects("layers")) {
        Descriptor layer = Descriptor.read(member);
        String place = origin + ", " + layer.digest().shortHex();
        if (signatures.size() == SignatureSource.MAX_SIGNATURES) {
          signatures.add(new Signature.Unreadable(origin, "more signatures than are looked at"));
          break;
        }
        if (layer.mediaType().equals(PAYLOAD) && layer.annotation(ANNOTATION) != null) {
          signatures.add(simple(place, layer));
        } else if (layer.mediaType().equals(SigstoreBundle.MEDIA_TYPE)) {
          signatures.add(bundle(place, layer));
        }
      }
    } catch (JsonException e) {
      signatures.add(new Signature.Unreadable(origin, e.getMessage()));
    }
    return signatures;
  }

  private Signature simple(String place, Descriptor layer) throws IOException {
    try {
      return new Signature.SimpleSigning(place, blob(layer), layer.annotation(ANNOTATION));
    } catch (ImageException | InvalidSignatureException e) {
      return new Signature.Unreadable(place, e.getMessage());
    }
  }

  private Signature bundle(String place, Descriptor layer) throws IOException {
    try {
      return new Signature.Bundle(place, blob(layer));
    } catch (ImageException | InvalidSignatureException e) {
      return new Signature.Unreadable(place, e.getMessage());
    }
  }

  private byte[] blob(Descriptor layer) throws IOException, InvalidSignatureException {
    if (layer.sizeBytes() > Signature.MAX_BYTES) {
      throw new InvalidSignatureException(
          layer.sizeBytes() + " bytes, at most " + Signature.MAX_BYTES + " are read");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (InputStream in = blobs.open(layer)) {
      BlobCheck.copy(layer, in, bytes, "blob " + layer.digest());
    }
    return bytes.toByteArray();
  }

  /// The image that an artifact's manifest refers to.
  static Optional<Digest> subjectOf(JsonObject manifest) throws JsonException {
    Optional<JsonObject> subject = manifest.optionalObject("subject");
    return subject.isEmpty()
        ? Optional.empty()
        : Optional.of(Descriptor.read(subject.get()).digest());
  }
}

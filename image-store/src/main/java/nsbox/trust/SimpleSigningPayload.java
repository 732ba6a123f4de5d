package nsbox.trust;

import java.util.Set;
import nsbox.image.Digest;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// What a simple signature says: this digest is this image.
///
/// All of `critical` must be understood, so a member that is not known there makes it invalid.
///
/// @param identity what the signer calls the image, as written
/// @param digest of the manifest, as written
/// @spec https://github.com/containers/image/blob/main/docs/containers-signature.5.md
record SimpleSigningPayload(String identity, String digest) {
  private static final Set<String> TYPES =
      Set.of("cosign container image signature", "atomic container signature");

  /// Reads a payload whose signature was found valid.
  static SimpleSigningPayload parse(byte[] bytes) throws InvalidSignatureException {
    try {
      JsonObject json = Json.parseStrictly(bytes, "payload");
      only(json, Set.of("critical", "optional"));
      json.optionalObject("optional");
      JsonObject critical = json.object("critical");
      only(critical, Set.of("type", "image", "identity"));
      if (!TYPES.contains(critical.string("type"))) {
        throw new JsonException(critical.locationOf("type") + ": not a signature of an image");
      }
      JsonObject image = critical.object("image");
      only(image, Set.of("docker-manifest-digest"));
      JsonObject identity = critical.object("identity");
      only(identity, Set.of("docker-reference"));
      return new SimpleSigningPayload(
          identity.string("docker-reference"), image.string("docker-manifest-digest"));
    } catch (JsonException e) {
      throw new InvalidSignatureException(e.getMessage(), e);
    }
  }

  void checkDigest(Digest manifest) throws InvalidSignatureException {
    if (!digest.equals(manifest.toString())) {
      throw new InvalidSignatureException("it is for " + digest + ", not " + manifest);
    }
  }

  private static void only(JsonObject json, Set<String> known) throws JsonException {
    for (String name : json.members().keySet()) {
      if (!known.contains(name)) {
        throw new JsonException(json.locationOf(name) + ": not known");
      }
    }
  }
}

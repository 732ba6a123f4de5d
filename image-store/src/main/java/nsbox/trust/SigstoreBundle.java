package nsbox.trust;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nsbox.image.Digest;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.registry.RawManifest;

/// A sigstore bundle, of which only what a key signed counts: no certificate, no log, no time.
///
/// Either a DSSE envelope around an in-toto statement of cosign's own kind, whose subject is the
/// image, or a bare signature over the manifest's bytes. A statement of another kind, such as a
/// list of parts or a scan's result, is no signature of the image although the same key made it.
///
/// @spec https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
/// @spec https://github.com/secure-systems-lab/dsse/blob/master/protocol.md DSSE
final class SigstoreBundle {
  /// Of the bundle, and of the manifest that brings it.
  static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

  private static final Set<String> MEDIA_TYPES =
      Set.of(MEDIA_TYPE, "application/vnd.dev.sigstore.bundle+json;version=0.3");
  private static final String STATEMENT = "application/vnd.in-toto+json";
  private static final Set<String> STATEMENT_TYPES =
      Set.of("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1");
  private static final String IMAGE_SIGNATURE = "https://sigstore.dev/cosign/sign/v1";

  private final JsonObject json;

  private SigstoreBundle(JsonObject json) {
    this.json = json;
  }

  static VerifiedSignature verify(
      Signature.Bundle found, List<TrustedKey> keys, RawManifest manifest)
      throws InvalidSignatureException {
    try {
      SigstoreBundle bundle = new SigstoreBundle(Json.parseStrictly(found.json(), "bundle"));
      return bundle.verify(found.origin(), keys, manifest);
    } catch (JsonException e) {
      throw new InvalidSignatureException(e.getMessage(), e);
    }
  }

  private VerifiedSignature verify(String origin, List<TrustedKey> keys, RawManifest manifest)
      throws InvalidSignatureException, JsonException {
    String mediaType = json.string("mediaType");
    if (!MEDIA_TYPES.contains(mediaType)) {
      throw new JsonException(json.locationOf("mediaType") + ": not version 0.3");
    }
    Optional<JsonObject> envelope = json.optionalObject("dsseEnvelope");
    Optional<JsonObject> message = json.optionalObject("messageSignature");
    if (envelope.isPresent() == message.isPresent()) {
      throw new InvalidSignatureException(
          "bundle: one of dsseEnvelope and messageSignature is needed");
    }
    Digest digest = manifest.descriptor().digest();
    if (message.isPresent()) {
      TrustedKey key = messageKey(message.get(), keys, manifest);
      return new VerifiedSignature(origin, key.toString(), digest, Optional.empty());
    }
    byte[] payload = decode(envelope.get(), "payload");
    TrustedKey key = envelopeKey(envelope.get(), payload, keys);
    Optional<String> name = subjectName(payload, digest);
    return new VerifiedSignature(origin, key.toString(), digest, name);
  }

  /* The digest that the bundle states is a hint; what counts is the signature over the bytes. */
  private static TrustedKey messageKey(
      JsonObject message, List<TrustedKey> keys, RawManifest manifest)
      throws InvalidSignatureException, JsonException {
    byte[] signature = decode(message, "signature");
    return SignatureCheck.keyOf(manifest.bytes(), signature, keys);
  }

  private static TrustedKey envelopeKey(JsonObject envelope, byte[] payload, List<TrustedKey> keys)
      throws InvalidSignatureException, JsonException {
    String type = envelope.string("payloadType");
    if (!type.equals(STATEMENT)) {
      throw new JsonException(envelope.locationOf("payloadType") + ": not " + STATEMENT);
    }
    List<JsonObject> signatures = envelope.objects("signatures");
    if (signatures.size() != 1) {
      throw new JsonException(
          envelope.locationOf("signatures") + ": " + signatures.size() + ", expected one");
    }
    byte[] signature = decode(signatures.getFirst(), "sig");
    return SignatureCheck.keyOf(preAuthenticationEncoding(type, payload), signature, keys);
  }

  private static Optional<String> subjectName(byte[] payload, Digest manifest)
      throws InvalidSignatureException, JsonException {
    JsonObject statement = Json.parseStrictly(payload, "statement");
    if (!STATEMENT_TYPES.contains(statement.string("_type"))) {
      throw new JsonException(statement.locationOf("_type") + ": not an in-toto statement");
    }
    if (!statement.string("predicateType").equals(IMAGE_SIGNATURE)) {
      throw new JsonException(
          statement.locationOf("predicateType") + ": a statement about the image, no signature");
    }
    for (JsonObject subject : statement.objects("subject")) {
      Map<String, String> digests = subject.stringMap("digest");
      if (manifest.hex().equals(digests.get(manifest.algorithm()))) {
        return subject.optionalString("name").filter(name -> !name.isEmpty());
      }
    }
    throw new InvalidSignatureException("statement: no subject is " + manifest);
  }

  private static byte[] preAuthenticationEncoding(String type, byte[] payload) {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    String head = "DSSEv1 " + type.length() + " " + type + " " + payload.length + " ";
    encoded.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    encoded.writeBytes(payload);
    return encoded.toByteArray();
  }

  private static byte[] decode(JsonObject json, String name) throws JsonException {
    try {
      return Base64.getDecoder().decode(json.string(name));
    } catch (IllegalArgumentException e) {
      throw new JsonException(json.locationOf(name) + ": not Base64", e);
    }
  }
}

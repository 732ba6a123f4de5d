package nsbox.trust;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.MediaType;
import nsbox.registry.RawManifest;

/// Manifests, and signatures of them as cosign writes them.
final class Signed {
  static final String IMAGE_SIGNATURE = "https://sigstore.dev/cosign/sign/v1";

  private Signed() {}

  static RawManifest manifest(String content) {
    byte[] bytes = ("{\"schemaVersion\":2,\"x\":\"" + content + "\"}").getBytes(UTF_8);
    return new RawManifest(
        new Descriptor(MediaType.OCI_MANIFEST, Digest.sha256(bytes), bytes.length), bytes);
  }

  /// As cosign writes it, to the byte.
  static byte[] payload(String reference, Digest digest) {
    return ("{\"critical\":{\"identity\":{\"docker-reference\":\""
            + reference
            + "\"},\"image\":{\"docker-manifest-digest\":\""
            + digest
            + "\"},\"type\":\"cosign container image signature\"},\"optional\":null}")
        .getBytes(UTF_8);
  }

  static Signature simple(OpenSsl signer, byte[] payload) throws IOException {
    return new Signature.SimpleSigning("here", payload, signer.signBase64(payload));
  }

  static Signature simple(OpenSsl signer, String reference, RawManifest manifest)
      throws IOException {
    return simple(signer, payload(reference, manifest.descriptor().digest()));
  }

  static String statement(String predicateType, String name, Digest digest) {
    return "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{"
        + (name.isEmpty() ? "" : "\"name\":\"" + name + "\",")
        + "\"digest\":{\""
        + digest.algorithm()
        + "\":\""
        + digest.hex()
        + "\"}}],\"predicateType\":\""
        + predicateType
        + "\",\"predicate\":{}}";
  }

  static byte[] envelopeBundle(OpenSsl signer, String statement) throws IOException {
    String type = "application/vnd.in-toto+json";
    byte[] payload = statement.getBytes(UTF_8);
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    encoded.writeBytes(("DSSEv1 28 " + type + " " + payload.length + " ").getBytes(UTF_8));
    encoded.writeBytes(payload);
    return bundle(
        "\"dsseEnvelope\":{\"payload\":\""
            + base64(payload)
            + "\",\"payloadType\":\""
            + type
            + "\",\"signatures\":[{\"sig\":\""
            + signer.signBase64(encoded.toByteArray())
            + "\"}]}");
  }

  static byte[] messageBundle(OpenSsl signer, byte[] message) throws IOException {
    return bundle(
        "\"messageSignature\":{\"messageDigest\":{\"algorithm\":\"SHA2_256\",\"digest\":\""
            + base64(Digest.sha256(message).hasher().digest(message))
            + "\"},\"signature\":\""
            + signer.signBase64(message)
            + "\"}");
  }

  static byte[] bundle(String content) {
    return ("{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
            + "\"verificationMaterial\":{\"publicKey\":{\"hint\":\"x\"}},"
            + content
            + "}")
        .getBytes(UTF_8);
  }

  static SignatureSource source(Signature... signatures) {
    return _ -> List.of(signatures);
  }

  static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}

package nsbox.trust;

/// A signature as it was found. Nothing about it has been checked.
public sealed interface Signature {

  /// The longest payload or bundle that is read, in bytes.
  int MAX_BYTES = 1 << 20;

  /// Where it was found, for messages.
  String origin();

  /// cosign's and skopeo's: a signed JSON document that names image and digest.
  ///
  /// @param payload the signed bytes
  /// @param signature in Base64, as the annotation has it
  /// @spec https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
  record SimpleSigning(String origin, byte[] payload, String signature) implements Signature {}

  /// sigstore's bundle, version 0.3, as cosign writes it since its version 3.
  ///
  /// @spec https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md
  record Bundle(String origin, byte[] json) implements Signature {}

  /// One that is announced and cannot be read: another may still be good.
  record Unreadable(String origin, String reason) implements Signature {}
}

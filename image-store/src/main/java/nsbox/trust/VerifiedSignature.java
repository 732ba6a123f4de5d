package nsbox.trust;

import java.util.Optional;
import nsbox.image.Digest;

/// A signature that a trusted key made over an image.
///
/// @param origin where it was found
/// @param key that made it: a path, or a place in a policy
/// @param manifest that is signed
/// @param identity what the signer calls the image, as written; empty where the format has no name
public record VerifiedSignature(
    String origin, String key, Digest manifest, Optional<String> identity) {}

package nsbox.registry;

import nsbox.image.Descriptor;

/// A manifest byte for byte, as it came and as it is stored.
///
/// @param descriptor its media type, the digest of these very bytes, and their number
public record RawManifest(Descriptor descriptor, byte[] bytes) {}

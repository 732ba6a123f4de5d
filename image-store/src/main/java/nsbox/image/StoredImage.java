package nsbox.image;

import java.util.List;

/// An image as the store has it, its manifest and config checked.
///
/// @param references all names that point at it; none if its last name was given to another
/// @param target what the names point at: the manifest, or an index that has it
/// @param descriptor of the manifest
public record StoredImage(
    List<Reference> references,
    Descriptor target,
    Descriptor descriptor,
    ImageManifest manifest,
    ImageConfig config) {
  /// The annotation of an entry that says which index its manifest was chosen from.
  public static final String INDEX_DIGEST = "nsbox.index-digest";

  /// What the name stands for at its registry: `target`, or the index that it was chosen from.
  public Digest registryDigest() {
    String index = target.annotation(INDEX_DIGEST);
    try {
      return index == null ? target.digest() : Digest.parse(index);
    } catch (InvalidDigestException e) {
      return target.digest();
    }
  }

  /// The digest of the config, which is what docker calls the image's ID.
  public Digest id() {
    return manifest.config().digest();
  }

  /// Length of config and layers as stored, so compressed where they are.
  public long compressedBytes() {
    long bytes = manifest.config().sizeBytes();
    for (Descriptor layer : manifest.layers()) {
      bytes += layer.sizeBytes();
    }
    return bytes;
  }
}

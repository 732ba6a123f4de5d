package nsbox.cli.image;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nsbox.engine.Images;
import nsbox.image.StoredImage;

/// How large images are, in bytes: what `SIZE` means wherever an image is printed.
///
/// It is the length of configuration and layers as the store keeps them, compressed. What several
/// images have in common is in the size of each, and counted apart as shared.
final class ImageSizes {
  private final Map<String, Integer> usersOfChain = new HashMap<>();

  /// @param images all of the store, of which a layer may be shared
  ImageSizes(List<StoredImage> images) {
    Set<String> ids = new HashSet<>();
    for (StoredImage image : images) {
      /* Two manifests of one configuration are one image. */
      if (ids.add(image.id().toString())) {
        Images.chainIds(image).forEach(chain -> usersOfChain.merge(chain, 1, Integer::sum));
      }
    }
  }

  /// What help and documents say.
  static final String MEANING =
      "SIZE is that of configuration and layers as they are stored, compressed.";

  long bytes(StoredImage image) {
    return image.compressedBytes();
  }

  /// @param layer lowest is 0
  long layerBytes(StoredImage image, int layer) {
    return image.manifest().layers().get(layer).sizeBytes();
  }

  /// Of the layers that other images have too.
  long sharedBytes(StoredImage image) {
    List<String> chains = Images.chainIds(image);
    long bytes = 0;
    for (int i = 0; i < chains.size(); i++) {
      bytes += usersOfChain.getOrDefault(chains.get(i), 1) > 1 ? layerBytes(image, i) : 0;
    }
    return bytes;
  }

  /// What would be gone with the image; with [#sharedBytes] its size.
  long uniqueBytes(StoredImage image) {
    return bytes(image) - sharedBytes(image);
  }
}

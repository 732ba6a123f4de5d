package nsbox.cli.image;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nsbox.engine.Images;
import nsbox.image.StoredImage;
import nsbox.snapshot.Snapshots;

/// How large images are, in bytes: what `SIZE` means wherever an image is printed.
///
/// It is the length of all files in all layers, as docker counts it. What several images have in
/// common is in the size of each, and counted apart as shared.
final class ImageSizes {
  private final Map<String, Long> bytesOfChain = new HashMap<>();
  private final Map<String, Integer> usersOfChain = new HashMap<>();

  /// @param images all of the store, of which a layer may be shared
  ImageSizes(Snapshots snapshots, List<StoredImage> images) throws IOException {
    Set<String> ids = new HashSet<>();
    for (StoredImage image : images) {
      /* Two manifests of one configuration are one image. */
      if (ids.add(image.id().toString())) {
        List<String> chains = Images.chainIds(image);
        for (int i = 0; i < chains.size(); i++) {
          usersOfChain.merge(chains.get(i), 1, Integer::sum);
          long stored = image.manifest().layers().get(i).sizeBytes();
          bytesOfChain.put(chains.get(i), snapshots.contentBytes(chains.get(i)).orElse(stored));
        }
      }
    }
  }

  /// What help and documents say.
  static final String MEANING =
      "SIZE is that of the files in all layers; a layer that is not unpacked counts as it is stored.";

  long bytes(StoredImage image) {
    long bytes = 0;
    for (int i = 0; i < image.manifest().layers().size(); i++) {
      bytes += layerBytes(image, i);
    }
    return bytes;
  }

  /// @param layer lowest is 0
  long layerBytes(StoredImage image, int layer) {
    return bytesOfChain.get(Images.chainIds(image).get(layer));
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

package nsbox.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What an image, an index or an artifact is made of: its documents, and the blobs they name.
///
/// @param documents manifests and indexes, each after those that it points at
/// @param blobs configs and layers, each once; foreign layers are left out
public record ImageParts(List<Descriptor> documents, List<Descriptor> blobs) {
  private static final int MAX_DEPTH = 3;
  private static final int MAX_BLOBS = 10_000;

  /// @throws nsbox.image.ImageException if a document is missing or not what it should be
  public static ImageParts of(Descriptor root, BlobSource source) throws IOException {
    Walk walk = new Walk(source);
    walk.visit(root, 1);
    return new ImageParts(List.copyOf(walk.documents.values()), List.copyOf(walk.blobs.values()));
  }

  private static final class Walk {
    private final BlobSource source;
    private final LinkedHashMap<Digest, Descriptor> documents = new LinkedHashMap<>();
    private final Map<Digest, Descriptor> blobs = new LinkedHashMap<>();

    private Walk(BlobSource source) {
      this.source = source;
    }

    private void visit(Descriptor descriptor, int depth) throws IOException {
      if (depth > MAX_DEPTH) {
        throw new LimitExceededException(
            "levels of indexes down to " + descriptor.digest(), MAX_DEPTH, depth);
      }
      Manifest manifest = Manifest.parse(descriptor, source.document(descriptor));
      List<Descriptor> children = new ArrayList<>();
      switch (manifest) {
        case ImageIndex index -> {
          for (Descriptor child : index.manifests()) {
            if (MediaType.isIndex(child.mediaType()) || MediaType.isManifest(child.mediaType())) {
              visit(child, depth + 1);
            } else {
              children.add(child);
            }
          }
        }
        case ImageManifest image -> {
          children.addAll(image.layers());
          children.add(image.config());
        }
      }
      for (Descriptor child : children) {
        if (!MediaType.isForeignLayer(child.mediaType())) {
          blobs.putIfAbsent(child.digest(), child);
        }
      }
      if (blobs.size() > MAX_BLOBS) {
        throw new LimitExceededException(
            "blobs of " + descriptor.digest(), MAX_BLOBS, blobs.size());
      }
      /* After what it names: so that whatever is named is there before. */
      documents.putLast(descriptor.digest(), descriptor);
    }
  }
}

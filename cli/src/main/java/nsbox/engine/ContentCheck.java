package nsbox.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import nsbox.image.BlobCheck;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageConfig;
import nsbox.image.ImageException;
import nsbox.image.ImageIndex;
import nsbox.image.ImageManifest;
import nsbox.image.ImageStore;
import nsbox.image.Manifest;
import nsbox.image.MediaType;
import nsbox.snapshot.LayerCheck;
import nsbox.snapshot.LayerException;
import nsbox.snapshot.LayerLimits;

/// Hashes anew all that the store has of an image: index, manifests, configs, layers, and the
/// layers uncompressed.
///
/// Of an index only those manifests count that are there: the others were never fetched. For one
/// image and one thread.
public final class ContentCheck {
  private static final int MAX_INDEX_DEPTH = 4;

  private final ImageStore store;
  private final LayerLimits limits;
  private final Set<Digest> seen = new HashSet<>();
  private final List<String> damages = new ArrayList<>();
  private int blobs;
  private long bytes;

  /// @param limits of each layer that is uncompressed
  public ContentCheck(ImageStore store, LayerLimits limits) {
    this.store = store;
    this.limits = limits;
  }

  /// What was found.
  ///
  /// @param blobs how many were read, and their length as stored
  /// @param damages a sentence for each blob that is not what it should be
  public record Report(int blobs, long bytes, List<String> damages) {}

  /// Reads everything, whatever is damaged on the way.
  ///
  /// @throws IOException if the disk cannot be read
  public Report check(List<Descriptor> roots) throws IOException {
    for (Descriptor root : roots) {
      checkManifest(root, 0);
    }
    return new Report(blobs, bytes, List.copyOf(damages));
  }

  private void checkManifest(Descriptor descriptor, int depth) throws IOException {
    if (!seen.add(descriptor.digest())) {
      return;
    }
    try {
      if (!MediaType.isIndex(descriptor.mediaType())
          && !MediaType.isManifest(descriptor.mediaType())) {
        checkBlob(descriptor);
        return;
      }
      Manifest manifest = Manifest.parse(descriptor, document(descriptor));
      switch (manifest) {
        case ImageIndex index -> checkListed(index, depth);
        case ImageManifest image -> checkImage(image);
      }
    } catch (ImageException e) {
      damages.add(e.getMessage());
    }
  }

  private void checkListed(ImageIndex index, int depth) throws IOException {
    for (Descriptor listed : index.manifests()) {
      if (depth < MAX_INDEX_DEPTH && store.blobs().contains(listed)) {
        checkManifest(listed, depth + 1);
      }
    }
  }

  private void checkImage(ImageManifest manifest) throws IOException {
    List<Digest> diffIds = diffIds(manifest);
    for (int i = 0; i < manifest.layers().size(); i++) {
      Descriptor layer = manifest.layers().get(i);
      try {
        if (seen.add(layer.digest())) {
          checkBlob(layer);
        }
        if (!diffIds.isEmpty()) {
          checkDiffId(layer, diffIds.get(i));
        }
      } catch (ImageException | LayerException e) {
        damages.add("layer " + (i + 1) + " of " + manifest.layers().size() + ": " + e.getMessage());
      }
    }
  }

  /* Without a sound config, and in an artifact, layers are still held against their digests. */
  private List<Digest> diffIds(ImageManifest manifest) throws IOException {
    try {
      if (!manifest.isImage()) {
        checkBlob(manifest.config());
        return List.of();
      }
      return ImageConfig.parse(manifest, document(manifest.config())).diffIds();
    } catch (ImageException e) {
      damages.add(e.getMessage());
      return List.of();
    }
  }

  private byte[] document(Descriptor descriptor) throws IOException {
    byte[] document = store.blobs().document(descriptor);
    count(descriptor);
    return document;
  }

  private void checkBlob(Descriptor blob) throws IOException {
    try (InputStream in = store.blobs().open(blob)) {
      BlobCheck.copy(blob, in, OutputStream.nullOutputStream(), "blob " + blob.digest());
    }
    count(blob);
  }

  private void checkDiffId(Descriptor layer, Digest diffId) throws IOException {
    try {
      LayerCheck.check(Images.layer(layer, diffId, () -> store.blobs().open(layer)), limits);
    } catch (LayerException.Unsupported e) {
      // An artifact's, such as a signature: nobody unpacks it, and its digest was found right.
    }
  }

  private void count(Descriptor blob) {
    blobs++;
    bytes += blob.sizeBytes();
  }
}

package nsbox.image;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// All that descriptors lead to: manifests, the manifests in their indexes, configs and layers.
///
/// Documents that are missing or damaged lead nowhere; whoever needs them will say so. A subject is
/// not reached from what refers to it: a signature does not keep an image.
///
/// @param blobs every descriptor that was met, by digest, the roots included
/// @param images the diff IDs of every image's layers, lowest first
public record Reachable(Map<Digest, Descriptor> blobs, List<List<Digest>> images) {

  static Reachable from(Collection<Descriptor> roots, BlobStore store) throws IOException {
    Walk walk = new Walk(store);
    walk.open.addAll(roots);
    for (Descriptor next; (next = walk.open.poll()) != null; ) {
      walk.visit(next);
    }
    return new Reachable(walk.blobs, walk.images);
  }

  private static final class Walk {
    private final BlobStore store;
    private final Deque<Descriptor> open = new ArrayDeque<>();
    private final Map<Digest, Descriptor> blobs = new LinkedHashMap<>();
    private final Set<Digest> expanded = new HashSet<>();
    private final List<List<Digest>> images = new ArrayList<>();

    private Walk(BlobStore store) {
      this.store = store;
    }

    private void visit(Descriptor blob) throws IOException {
      blobs.putIfAbsent(blob.digest(), blob);
      String type = blob.mediaType();
      boolean leads = MediaType.isIndex(type) || MediaType.isManifest(type);
      if (!leads || blob.sizeBytes() > Manifest.MAX_BYTES || !expanded.add(blob.digest())) {
        return;
      }
      try {
        JsonObject json = Json.parse(store.document(blob), "manifest " + blob.digest());
        if (MediaType.isIndex(type)) {
          addAll(json.objects("manifests"));
          return;
        }
        addAll(json.objects("layers"));
        if (json.has("config")) {
          Descriptor config = Descriptor.read(json.object("config"));
          open.add(config);
          readImage(blob, config);
        }
      } catch (ImageException | JsonException e) {
        // Nothing more can be reached through it.
      }
    }

    private void addAll(List<JsonObject> members) throws JsonException {
      for (JsonObject member : members) {
        open.add(Descriptor.read(member));
      }
    }

    private void readImage(Descriptor descriptor, Descriptor config) throws IOException {
      ImageManifest manifest = ImageManifest.parse(descriptor, store.document(descriptor));
      if (manifest.isImage()) {
        images.add(ImageConfig.parse(manifest, store.document(config)).diffIds());
      }
    }
  }
}

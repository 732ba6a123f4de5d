package nsbox.trust;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import nsbox.image.BlobSource;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageException;
import nsbox.image.ImageIndex;
import nsbox.image.ImageStore;
import nsbox.image.Manifest;
import nsbox.image.MediaType;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.registry.ReferrersTag;

/// Signatures that lie in an image layout beside what they sign, such as the store: no network.
///
/// Found are manifests under cosign's tag `sha256-….sig` of whatever repository, manifests whose
/// `subject` is the image, and those that an index under the fallback tag `sha256-…` lists. The
/// repository does not matter: a signature is good by its key and what it says, not by its place.
///
/// @spec
///   https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema
public final class StoreSignatures implements SignatureSource {
  private final List<Descriptor> entries;
  private final BlobSource blobs;

  /// @param entries of the layout's `index.json`
  public StoreSignatures(List<Descriptor> entries, BlobSource blobs) {
    this.entries = List.copyOf(entries);
    this.blobs = blobs;
  }

  public static StoreSignatures of(ImageStore store) throws IOException {
    return new StoreSignatures(store.entries(), store.blobs());
  }

  @Override
  public List<Signature> signaturesOf(Digest manifest) throws IOException {
    List<Signature> found = new ArrayList<>();
    List<Digest> seen = new ArrayList<>();
    String cosignTag = SignatureManifest.tagOf(manifest);
    String fallbackTag = ReferrersTag.of(manifest);
    for (Descriptor entry : entries) {
      String name = entry.annotation(ImageStore.REF_NAME);
      if (isTag(name, cosignTag)) {
        add(entry, name, seen, found);
      } else if (isTag(name, fallbackTag) && MediaType.isIndex(entry.mediaType())) {
        addListed(entry, name, seen, found);
      } else if (refersTo(entry, manifest)) {
        add(entry, "artifact " + entry.digest().shortHex(), seen, found);
      }
    }
    return List.copyOf(found);
  }

  /* Other tools' entries may have the tag alone as their name. */
  private static boolean isTag(String name, String tag) {
    return name != null && (name.equals(tag) || name.endsWith(":" + tag));
  }

  private boolean refersTo(Descriptor entry, Digest image) throws IOException {
    if (!entry.mediaType().equals(MediaType.OCI_MANIFEST)
        || entry.sizeBytes() > Manifest.MAX_BYTES) {
      return false;
    }
    try {
      JsonObject manifest = Json.parse(blobs.document(entry), "manifest");
      return SignatureManifest.subjectOf(manifest).filter(image::equals).isPresent();
    } catch (JsonException | ImageException e) {
      // Another image's manifest that is damaged: not what is asked about here.
      return false;
    }
  }

  private void addListed(Descriptor index, String name, List<Digest> seen, List<Signature> found)
      throws IOException {
    try {
      if (!(Manifest.parse(index, blobs.document(index)) instanceof ImageIndex listed)) {
        return;
      }
      for (Descriptor entry : listed.manifests()) {
        String type = entry.toJson().optionalString("artifactType").orElse("");
        if (SignatureManifest.isArtifactType(type)) {
          add(entry, name, seen, found);
        }
      }
    } catch (JsonException | ImageException e) {
      found.add(new Signature.Unreadable(name, e.getMessage()));
    }
  }

  private void add(Descriptor entry, String name, List<Digest> seen, List<Signature> found)
      throws IOException {
    if (seen.contains(entry.digest()) || found.size() > MAX_SIGNATURES) {
      return;
    }
    seen.add(entry.digest());
    try {
      found.addAll(new SignatureManifest(name, blobs::open).read(blobs.document(entry)));
    } catch (ImageException e) {
      found.add(new Signature.Unreadable(name, e.getMessage()));
    }
  }
}

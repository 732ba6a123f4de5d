package nsbox.transfer;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import nsbox.image.BlobSource;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageParts;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.registry.RawManifest;
import nsbox.registry.Repository;

/// Brings an image, an index or an artifact from a store to a registry, byte for byte.
///
/// Blobs first, then manifests, the one that gets the tag last: so the registry never shows what it
/// has only in part. What the registry has already is not sent; what another repository of it has
/// is mounted from there. Foreign layers are left out, as their makers demand.
public final class Push {
  private final BlobSource source;
  private final Repository target;
  private final TransferOptions options;
  private final TransferListener listener;

  public Push(
      BlobSource source, Repository target, TransferOptions options, TransferListener listener) {
    this.source = source;
    this.target = target;
    this.options = options;
    this.listener = listener;
  }

  /// @param reference a tag, or the digest of `root`
  /// @param siblings repositories of the same registry that may have some of the blobs
  /// @throws IOException if anything is not there in the end; no tag has changed then
  public void run(Descriptor root, String reference, List<String> siblings) throws IOException {
    ImageParts parts = ImageParts.of(root, source);
    new EachBlob(parts.blobs(), options.connections()).run(blob -> push(blob, siblings));
    for (Descriptor document : parts.documents()) {
      boolean last = document.digest().equals(root.digest());
      RawManifest manifest = new RawManifest(document, source.document(document));
      String name = last ? reference : document.digest().toString();
      Optional<Digest> linked = target.pushManifest(name, manifest);
      Optional<Digest> subject = subject(manifest);
      if (subject.isPresent() && !linked.equals(subject)) {
        Referrers.addToFallbackTag(target, subject.get(), manifest);
      }
    }
  }

  private void push(Descriptor blob, List<String> siblings) throws IOException {
    listener.started(blob);
    if (target.hasBlob(blob)) {
      listener.finished(blob, TransferListener.Outcome.PRESENT);
      return;
    }
    for (String sibling : siblings) {
      if (target.mountBlob(blob, sibling)) {
        listener.finished(blob, TransferListener.Outcome.MOUNTED);
        return;
      }
    }
    target.pushBlob(blob, () -> new Counted(source.open(blob), blob, listener));
    listener.finished(blob, TransferListener.Outcome.TRANSFERRED);
  }

  private static Optional<Digest> subject(RawManifest manifest) throws IOException {
    String label = "manifest " + manifest.descriptor().digest();
    Optional<JsonObject> subject = Json.parse(manifest.bytes(), label).optionalObject("subject");
    return subject.isEmpty()
        ? Optional.empty()
        : Optional.of(Descriptor.read(subject.get()).digest());
  }
}

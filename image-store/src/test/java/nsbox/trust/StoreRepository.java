package nsbox.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageIndex;
import nsbox.image.ImageStore;
import nsbox.image.MediaType;
import nsbox.registry.BlobRange;
import nsbox.registry.RawManifest;
import nsbox.registry.Repository;

/// A store, read as if it were one repository: its tags, and its nameless entries as referrers.
record StoreRepository(String name, ImageStore store) implements Repository {
  @Override
  public RawManifest manifest(String reference) throws IOException {
    Descriptor entry = resolve(reference).orElseThrow();
    return new RawManifest(entry, store.blobs().document(entry));
  }

  @Override
  public Optional<Descriptor> resolve(String reference) throws IOException {
    for (Descriptor entry : store.entries()) {
      if ((name + ":" + reference).equals(entry.annotation(ImageStore.REF_NAME))
          || reference.equals(entry.digest().toString())) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }

  @Override
  public BlobRange blob(Descriptor blob, long from, long to) throws IOException {
    byte[] bytes = store.blobs().open(blob).readAllBytes();
    return new BlobRange(
        from, true, new ByteArrayInputStream(Arrays.copyOfRange(bytes, (int) from, (int) to)));
  }

  @Override
  public ImageIndex referrers(Digest subject, Optional<String> artifactType) throws IOException {
    List<Descriptor> found = new ArrayList<>();
    for (Descriptor entry : store.entries()) {
      if (entry.annotation(ImageStore.REF_NAME) == null) {
        found.add(entry);
      }
    }
    return new ImageIndex(MediaType.OCI_INDEX, found);
  }

  @Override
  public boolean hasBlob(Descriptor blob) throws IOException {
    return store.blobs().contains(blob);
  }

  @Override
  public void pushBlob(Descriptor blob, Content content) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean mountBlob(Descriptor blob, String fromRepository) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<Digest> pushManifest(String reference, RawManifest manifest) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<String> tags() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void delete(String reference) {
    throw new UnsupportedOperationException();
  }
}

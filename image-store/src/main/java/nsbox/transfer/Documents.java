package nsbox.transfer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nsbox.image.BlobCheck;
import nsbox.image.BlobSource;
import nsbox.image.BlobStore;
import nsbox.image.CorruptStoreException;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.Ingest;
import nsbox.image.MediaType;
import nsbox.registry.BlobRange;
import nsbox.registry.RawManifest;
import nsbox.registry.Repository;

/// The small blobs of an image that is being pulled: from the store where it has them, else from
/// the registry. Each is fetched once and checked.
final class Documents implements BlobSource {
  private final List<Source> sources;
  private final BlobStore store;
  private final Ingest lease;
  private final Map<Digest, byte[]> fetched = new HashMap<>();
  private final List<Descriptor> damaged = new ArrayList<>();

  Documents(List<Source> sources, BlobStore store, Ingest lease) {
    this.sources = sources;
    this.store = store;
    this.lease = lease;
  }

  void add(RawManifest manifest) {
    fetched.put(manifest.descriptor().digest(), manifest.bytes());
  }

  /// Those that the store has, but not as they should be.
  List<Descriptor> damaged() {
    return List.copyOf(damaged);
  }

  @Override
  public byte[] document(Descriptor blob) throws IOException {
    BlobCheck.checkDocumentSize(blob);
    byte[] known = fetched.get(blob.digest());
    if (known == null) {
      known = lease.finds(blob) ? stored(blob) : fetch(blob);
      fetched.put(blob.digest(), known);
    }
    return known;
  }

  /* What is damaged in the store is fetched anew, and replaced when all is there. */
  private byte[] stored(Descriptor blob) throws IOException {
    try {
      return store.document(blob);
    } catch (CorruptStoreException e) {
      byte[] bytes = fetch(blob);
      damaged.add(blob);
      return bytes;
    }
  }

  private byte[] fetch(Descriptor blob) throws IOException {
    return EachSource.of(sources)
        .fetching(repository -> {
          byte[] bytes =
              MediaType.isIndex(blob.mediaType()) || MediaType.isManifest(blob.mediaType())
                  ? repository.manifest(blob.digest().toString()).bytes()
                  : blob(repository, blob);
          BlobCheck.check(blob, bytes, blob.digest() + " of " + repository.name());
          return bytes;
        });
  }

  private static byte[] blob(Repository repository, Descriptor blob) throws IOException {
    try (BlobRange range = repository.blob(blob, 0, blob.sizeBytes())) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      BlobCheck.copy(blob, range.bytes(), bytes, blob.digest() + " of " + repository.name());
      return bytes.toByteArray();
    }
  }

  @Override
  public InputStream open(Descriptor blob) {
    throw new UnsupportedOperationException("layers do not come this way");
  }
}

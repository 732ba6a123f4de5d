package nsbox.image;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// The images of one state folder: an OCI image layout that other tools read as it lies.
///
/// `images/` holds the layout, `ingest/` what is not checked yet, `images.lock` the lock of the
/// index. A name is an entry of `index.json` whose annotation `org.opencontainers.image.ref.name`
/// is the reference in full. Reading makes nothing: a state folder that is missing is an empty
/// store. Safe for threads and processes.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md Layout
public final class ImageStore {
  /// The annotation of an entry whose value is the image's name, in full where nsbox wrote it.
  public static final String REF_NAME = StoreIndex.REF_NAME;

  private static final int MIN_ID_PREFIX = 2;

  private final Path lockFile;
  private final Path ingestParent;
  private final StoreIndex index;
  private final DiskBlobStore blobs;
  private final Downloads downloads;

  /// @param stateRoot of nsbox, for instance `/var/lib/nsbox`; made at the first write
  public ImageStore(Path stateRoot) {
    Path layout = stateRoot.resolve("images");
    this.lockFile = stateRoot.resolve("images.lock");
    this.ingestParent = stateRoot.resolve("ingest");
    this.index = new StoreIndex(layout);
    this.blobs = new DiskBlobStore(layout.resolve("blobs"), ingestParent, lockFile);
    this.downloads = new Downloads(blobs, ingestParent);
  }

  public BlobStore blobs() {
    return blobs;
  }

  /// A folder to gather an image's blobs in before any of them shows.
  public Ingest ingest() throws IOException {
    return Ingest.open(blobs, ingestParent, lockFile);
  }

  public Downloads downloads() {
    return downloads;
  }

  /// Keeps an image's blobs from being cleaned away, until the lease is closed.
  ///
  /// @return the image as it is now, or empty if it is not there any more
  public Optional<StoredImage> hold(String nameOrId, Ingest lease) throws IOException {
    try (IndexLock _ = IndexLock.take(lockFile)) {
      Optional<StoredImage> image = resolve(nameOrId);
      if (image.isPresent()) {
        lease.leaseLocked(List.of(image.get().target()));
      }
      return image;
    }
  }

  /// As [#hold], for whatever a name or ID points at: an image, an index, an artifact.
  public Optional<Descriptor> holdEntry(String nameOrId, Ingest lease) throws IOException {
    try (IndexLock _ = IndexLock.take(lockFile)) {
      Descriptor entry = null;
      try {
        entry = StoreIndexEdit.find(index.entries(), Reference.parse(nameOrId));
      } catch (InvalidReferenceException e) {
        // An ID may be no name.
      }
      if (entry == null) {
        entry = resolve(nameOrId).map(StoredImage::target).orElse(null);
      }
      if (entry == null) {
        return Optional.empty();
      }
      lease.leaseLocked(List.of(entry));
      return Optional.of(entry.bare());
    }
  }

  /// Takes entries out of the index, names and all. The blobs stay until [#collect].
  ///
  /// @return the names that went
  public List<String> remove(Predicate<Descriptor> which) throws IOException {
    List<String> names = new ArrayList<>();
    try (Ingest temporary = ingest();
        IndexLock _ = IndexLock.take(lockFile)) {
      List<Descriptor> kept = new ArrayList<>();
      List<Descriptor> entries = index.entries();
      for (Descriptor entry : entries) {
        if (!which.test(entry)) {
          kept.add(entry);
        } else if (entry.annotation(StoreIndex.REF_NAME) != null) {
          names.add(entry.annotation(StoreIndex.REF_NAME));
        }
      }
      if (kept.size() < entries.size()) {
        index.replace(kept, temporary.file("index.json"));
      }
    }
    return names;
  }

  /// Removes, or only counts, the blobs that nothing leads to.
  ///
  /// Nobody can take a lease meanwhile, and what is leased counts as used.
  ///
  /// @param remove false to count only; then `kept` may say that entries count as gone
  /// @param downloadAge how long an unfinished download must have been left alone to go too
  public Collected collect(
      boolean remove, Predicate<Descriptor> kept, Duration downloadAge, Collected.Sibling sibling)
      throws IOException {
    try (IndexLock _ = IndexLock.take(lockFile)) {
      index.checkPresent();
      List<Descriptor> roots = new ArrayList<>();
      for (Descriptor entry : index.entries()) {
        if (remove || kept.test(entry)) {
          roots.add(entry);
        }
      }
      List<Descriptor> leased = Leases.all(ingestParent);
      roots.addAll(leased);
      Reachable reachable = Reachable.from(roots, blobs);
      long blobBytes = new BlobGarbage(blobs).collect(reachable.blobs().keySet(), remove);
      Set<Digest> inWork = Reachable.from(leased, blobs).blobs().keySet();
      long downloadBytes = downloads.sweep(inWork, downloadAge, remove);
      List<List<Digest>> images = new ArrayList<>(reachable.images());
      images.addAll(Leases.layers(ingestParent));
      return new Collected(blobBytes, downloadBytes, sibling.collect(images, remove));
    }
  }

  /// Gives a manifest that is in the store a name, in one step. Who had the name before loses it.
  ///
  /// @throws CorruptStoreException if manifest, config or a layer is not in the store; no name is
  ///   given then
  public void tag(Reference reference, Descriptor manifest) throws IOException {
    tagAll(Map.of(reference, manifest));
  }

  /// Gives several names at once, all or none.
  public void tagAll(Map<Reference, Descriptor> manifests) throws IOException {
    addAll(manifests, List.of());
  }

  /// As [#tagAll], and adds images to which only their IDs lead, unless they are there already.
  public void addAll(Map<Reference, Descriptor> manifests, List<Descriptor> nameless)
      throws IOException {
    List<Descriptor> named = new ArrayList<>();
    for (Map.Entry<Reference, Descriptor> image : manifests.entrySet()) {
      named.add(named(image.getKey(), image.getValue()));
    }
    List<Descriptor> unnamed = new ArrayList<>();
    for (Descriptor manifest : nameless) {
      unnamed.add(complete(manifest));
    }
    try (Ingest temporary = ingest();
        IndexLock _ = IndexLock.take(lockFile)) {
      List<Descriptor> entries = index.entries();
      for (Descriptor entry : named) {
        entries = StoreIndexEdit.named(entries, entry);
      }
      for (Descriptor entry : unnamed) {
        entries = StoreIndexEdit.kept(entries, entry);
      }
      entries = StoreIndexEdit.withoutCovered(entries, Reachable.from(named, blobs));
      index.replace(entries, temporary.file("index.json"));
    }
  }

  /// Takes a name away. An image that loses its last name stays, and is found by its ID.
  ///
  /// @throws ImageNotFoundException if nothing has the name
  public void untag(Reference reference) throws IOException {
    untagAll(Set.of(reference));
  }

  /// Takes several names away at once, all or none.
  ///
  /// @throws ImageNotFoundException if nothing has one of the names; nothing has changed then
  public void untagAll(Set<Reference> references) throws IOException {
    try (Ingest temporary = ingest();
        IndexLock _ = IndexLock.take(lockFile)) {
      List<Descriptor> entries = index.entries();
      for (Reference reference : references) {
        entries = StoreIndexEdit.unnamed(entries, reference);
      }
      index.replace(entries, temporary.file("index.json"));
    }
  }

  private Descriptor named(Reference reference, Descriptor manifest) throws IOException {
    return complete(manifest).withAnnotation(StoreIndex.REF_NAME, reference.toString());
  }

  /// The entry without a name for a manifest, all of whose blobs are there.
  private Descriptor complete(Descriptor manifest) throws IOException {
    Descriptor entry = manifest.withoutAnnotation(StoreIndex.REF_NAME);
    Manifest parsed = Manifest.parse(entry, blobs.document(entry));
    if (parsed instanceof ImageManifest image && image.isImage()) {
      ImageConfig config = ImageConfig.parse(image, blobs.document(image.config()));
      if (entry.platform().isEmpty()) {
        entry = entry.withPlatform(config.platform());
      }
    }
    for (Descriptor blob : Reachable.from(List.of(entry), blobs).blobs().values()) {
      if (!MediaType.isForeignLayer(blob.mediaType()) || blobs.contains(blob)) {
        blobs.open(blob).close();
      }
    }
    return entry;
  }

  /// The image of this name.
  ///
  /// A digest in the name stands for the entry of that name, or for any tag of the repository that
  /// points at it.
  ///
  /// @throws CorruptStoreException if the index, the manifest or the config is not as it should be
  public Optional<StoredImage> find(Reference reference) throws IOException {
    List<Descriptor> entries = index.entries();
    Descriptor entry = StoreIndexEdit.find(entries, reference);
    if (entry == null) {
      return Optional.empty();
    }
    return Optional.of(load(entry, StoreIndexEdit.names(entries, entry.digest())));
  }

  /// The image of this name or ID. A name wins over an ID that looks the same.
  ///
  /// @param nameOrId a reference, `sha256:` and digits, or at least two digits of an ID
  /// @throws AmbiguousImageException if several IDs begin so
  /// @throws InvalidReferenceException if it is neither
  public Optional<StoredImage> resolve(String nameOrId) throws IOException {
    String hex = nameOrId.startsWith("sha256:") ? nameOrId.substring(7) : nameOrId;
    boolean mayBeId = hex.length() >= MIN_ID_PREFIX && hex.length() <= 64 && Digest.isHex(hex);
    boolean onlyId = mayBeId && (hex.length() == 64 || hex.length() != nameOrId.length());
    if (!onlyId) {
      Optional<StoredImage> named = find(Reference.parse(nameOrId));
      if (named.isPresent()) {
        return named;
      }
    }
    return mayBeId ? findById(hex) : Optional.empty();
  }

  /// As [#resolve], for callers that cannot go on without the image.
  ///
  /// @throws ImageNotFoundException if there is none
  public StoredImage get(String nameOrId) throws IOException {
    Optional<StoredImage> image = resolve(nameOrId);
    if (image.isEmpty()) {
      throw new ImageNotFoundException(nameOrId);
    }
    return image.get();
  }

  /// The entries of the index as they stand: images, artifacts, and what other tools wrote.
  public List<Descriptor> entries() throws IOException {
    return index.entries();
  }

  /// All images, each once with all its names, in the order of the index.
  public StoreListing list() throws IOException {
    List<Descriptor> entries = index.entries();
    List<Digest> seen = new ArrayList<>();
    List<StoredImage> images = new ArrayList<>();
    List<ImageException> damaged = new ArrayList<>();
    for (Descriptor entry : entries) {
      if (seen.contains(entry.digest())) {
        continue;
      }
      seen.add(entry.digest());
      try {
        images.add(load(entry, StoreIndexEdit.names(entries, entry.digest())));
      } catch (UnsupportedManifestException | PlatformMissingException e) {
        // Another tool's entry that is no image for this machine: not ours to judge.
      } catch (ImageException e) {
        damaged.add(e);
      }
    }
    return new StoreListing(images, damaged);
  }

  /// Removes what processes that are gone left half-done.
  ///
  /// @return how many of them had left something
  public int sweep() throws IOException {
    return Ingest.sweep(ingestParent);
  }

  private Optional<StoredImage> findById(String hex) throws IOException {
    StoreListing listing = list();
    List<StoredImage> found = new ArrayList<>();
    List<Digest> candidates = new ArrayList<>();
    for (StoredImage image : listing.images()) {
      if (image.id().hex().startsWith(hex) && !candidates.contains(image.id())) {
        found.add(image);
        candidates.add(image.id());
      }
    }
    if (found.size() > 1) {
      throw new AmbiguousImageException(hex, List.copyOf(candidates));
    }
    if (found.isEmpty() && !listing.damaged().isEmpty()) {
      throw listing.damaged().getFirst();
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(found.getFirst());
  }

  private StoredImage load(Descriptor entry, List<Reference> references) throws IOException {
    Descriptor chosen = PlatformChoice.chooseOrFirst(entry, Platform.host(), blobs);
    ImageManifest manifest = ImageManifest.parse(chosen, blobs.document(chosen));
    manifest.checkConfig();
    ImageConfig config = ImageConfig.parse(manifest, blobs.document(manifest.config()));
    return new StoredImage(references, entry, chosen, manifest, config);
  }
}

package nsbox.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import nsbox.image.BlobMismatchException;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageConfig;
import nsbox.image.ImageManifest;
import nsbox.image.ImageParts;
import nsbox.image.ImageReceiver;
import nsbox.image.ImageStore;
import nsbox.image.Ingest;
import nsbox.image.MediaType;
import nsbox.image.Platform;
import nsbox.image.PlatformChoice;
import nsbox.image.PlatformMissingException;
import nsbox.image.Reference;
import nsbox.image.StoredImage;
import nsbox.image.UnsupportedManifestException;
import nsbox.registry.RawManifest;

/// Brings an image or an artifact from a registry into the store.
///
/// 1. Ask what the name stands for, and whether it is trusted.
/// 2. Choose the platform's manifest; get the config.
/// 3. Fetch the layers in pieces, side by side; check each as it comes; hand them on meanwhile.
/// 4. When all are there, checked and on the disk: move them into the store, documents last.
/// 5. Give the name.
///
/// A failure at any point leaves the store as it was. What has arrived stays in `ingest/`, and the
/// next pull goes on from there.
public final class Pull {
  private final ImageStore store;
  private final List<Source> sources;
  private final TransferOptions options;
  private final TransferListener listener;
  private final Optional<ImageReceiver> receiver;
  private final Check check;

  /// Says whether a manifest may be pulled under a name, before anything of it is stored.
  @FunctionalInterface
  public interface Check {
    /// @param chosen the manifest of the platform; the root itself where there is no choice
    /// @throws IOException why not
    void check(Reference reference, RawManifest root, RawManifest chosen) throws IOException;
  }

  /// @param sources in the order in which they are asked
  /// @param receiver of the layers of the image that was asked for; where there is none, they are
  ///   only stored
  public Pull(
      ImageStore store,
      List<Source> sources,
      TransferOptions options,
      TransferListener listener,
      Optional<ImageReceiver> receiver,
      Check check) {
    this.store = store;
    this.sources = List.copyOf(sources);
    this.options = options;
    this.listener = listener;
    this.receiver = receiver;
    this.check = check;
  }

  /// Which of an index's images are wanted.
  ///
  /// @param platform whose image is chosen, and handed to the receiver
  /// @param strict whether an image that says it is for another platform is refused
  /// @param all whether the index is kept whole
  public record Choice(Platform platform, boolean strict, boolean all) {}

  /// What a pull brought.
  ///
  /// @param target what the name points at now
  /// @param root what the name stands for at the registry: `target`, or the index it was chosen
  ///   from
  public record Pulled(Descriptor target, Descriptor root) {}

  public Pulled run(Reference reference, Choice choice) throws IOException {
    try {
      return once(reference, choice);
    } catch (Damaged e) {
      listener.note(e.getMessage() + "; fetching it anew");
    }
    try {
      return once(reference, choice);
    } catch (Damaged e) {
      throw (BlobMismatchException) e.getCause();
    }
  }

  private Pulled once(Reference reference, Choice choice) throws IOException {
    try (Ingest lease = store.ingest()) {
      RawManifest root = root(reference);
      Documents documents = new Documents(sources, store.blobs(), lease);
      documents.add(root);
      Descriptor chosen = choose(root.descriptor(), choice, documents);
      check.check(reference, root, new RawManifest(chosen, documents.document(chosen)));
      Descriptor target = choice.all() ? root.descriptor() : chosen;
      ImageParts parts = ImageParts.of(target, documents);
      Optional<Image> image = image(chosen, choice, documents);
      fetch(parts.blobs(), image, lease);
      store.downloads().publish(parts.blobs());
      for (Descriptor document : documents.damaged()) {
        lease.stage(document, documents.document(document));
      }
      for (Descriptor document : parts.documents()) {
        lease.stage(document, documents.document(document));
      }
      lease.publish();
      Descriptor named = target;
      if (!target.digest().equals(root.descriptor().digest())) {
        named =
            target.withAnnotation(StoredImage.INDEX_DIGEST, root.descriptor().digest().toString());
      }
      store.tagAll(Map.of(reference, named));
      return new Pulled(target, root.descriptor());
    }
  }

  private RawManifest root(Reference reference) throws IOException {
    EachSource each = EachSource.of(sources);
    if (reference.digest().isPresent()) {
      String digest = reference.digest().get().toString();
      return each.fetching(repository -> repository.manifest(digest));
    }
    String tag = reference.tag().orElseThrow();
    return each.resolving(repository -> repository.manifest(tag));
  }

  private static Descriptor choose(Descriptor root, Choice choice, Documents documents)
      throws IOException {
    try {
      return PlatformChoice.choose(root, choice.platform(), documents);
    } catch (PlatformMissingException e) {
      if (choice.all()) {
        /* All are wanted, so the machine's own need not be among them. */
        return root;
      }
      throw e;
    }
  }

  private record Image(ImageManifest manifest, ImageConfig config) {}

  /* Nothing for an artifact, or where an index without an image for this machine is kept whole. */
  private Optional<Image> image(Descriptor chosen, Choice choice, Documents documents)
      throws IOException {
    if (!MediaType.isManifest(chosen.mediaType())) {
      return Optional.empty();
    }
    ImageManifest manifest = ImageManifest.parse(chosen, documents.document(chosen));
    if (!manifest.isImage()) {
      return Optional.empty();
    }
    ImageConfig config = ImageConfig.parse(manifest, documents.document(manifest.config()));
    for (Descriptor layer : manifest.layers()) {
      if (MediaType.isForeignLayer(layer.mediaType()) && !store.blobs().contains(layer)) {
        throw new UnsupportedManifestException(
            "layer " + layer.digest(),
            layer.mediaType(),
            "a foreign layer, which registries do not hold; nsbox follows no address in an image");
      }
    }
    if (choice.strict()) {
      PlatformChoice.require(chosen, config.platform(), choice.platform());
    }
    return Optional.of(new Image(manifest, config));
  }

  private void fetch(List<Descriptor> blobs, Optional<Image> image, Ingest lease)
      throws IOException {
    Map<Digest, Arrival> arrivals = new HashMap<>();
    Queue<Arrival> abandoned = new ConcurrentLinkedQueue<>();
    List<Arrival> missing = new ArrayList<>();
    for (Descriptor blob : blobs) {
      Arrival arrival = new Arrival(blob, store.downloads(), listener, abandoned::add);
      arrivals.put(blob.digest(), arrival);
      if (lease.finds(blob)) {
        listener.started(blob);
        listener.finished(blob, TransferListener.Outcome.PRESENT);
        arrival.present();
      } else {
        missing.add(arrival);
      }
    }
    missing.sort(Pull::compareLargestFirst);
    try (Fetcher fetcher = new Fetcher(sources, store.downloads(), options, listener)) {
      fetcher.start(missing);
      try {
        if (image.isPresent() && receiver.isPresent()) {
          ImageManifest manifest = image.get().manifest();
          lease.leaseLayers(image.get().config().diffIds());
          Checkers ofOthers = new Checkers(allBut(manifest.layers(), missing));
          Thread checking = ofOthers.start();
          receiver
              .get()
              .receive(
                  manifest,
                  image.get().config(),
                  index -> arrivals.get(manifest.layers().get(index).digest()).open());
          ofOthers.finish(checking);
        }
        new Checkers(missing).run();
      } catch (IOException e) {
        throw failed(missing, abandoned, e);
      } catch (RuntimeException e) {
        failed(missing, abandoned, new IOException("internal error: " + e, e));
        throw e;
      }
    } finally {
      for (Arrival arrival : missing) {
        arrival.close();
      }
    }
  }

  /* In the same order everywhere, so that two processes do not wait for each other's blobs. */
  private static int compareLargestFirst(Arrival a, Arrival b) {
    int bySize = Long.compare(b.blob().sizeBytes(), a.blob().sizeBytes());
    return bySize != 0
        ? bySize
        : a.blob().digest().toString().compareTo(b.blob().digest().toString());
  }

  /* What the receiver does not read would be held back from other processes until it is through, and
   * it may wait for one of them. */
  private static List<Arrival> allBut(List<Descriptor> layers, List<Arrival> arrivals) {
    Set<Digest> received = new HashSet<>();
    for (Descriptor layer : layers) {
      received.add(layer.digest());
    }
    List<Arrival> others = new ArrayList<>();
    for (Arrival arrival : arrivals) {
      if (!received.contains(arrival.blob().digest())) {
        others.add(arrival);
      }
    }
    return others;
  }

  /* Stops all, and tells the first cause, not what the others saw of it. */
  private static IOException failed(
      List<Arrival> arrivals, Queue<Arrival> abandoned, IOException thrown) throws IOException {
    IOException reason = thrown;
    boolean ofTransfer = false;
    while (reason.getCause() instanceof IOException cause
        && (reason instanceof Arrival.Failed || cause instanceof BlobMismatchException)) {
      ofTransfer |= reason instanceof Arrival.Failed;
      reason = cause;
    }
    if (!ofTransfer && !abandoned.isEmpty()) {
      reason = orDamage(abandoned.peek(), reason);
    }
    for (Arrival arrival : arrivals) {
      arrival.fail(reason);
    }
    if (reason instanceof BlobMismatchException mismatch) {
      return new Damaged(mismatch);
    }
    return reason;
  }

  /* Whoever could not read a layer may have met bytes that were damaged on their way; who stopped
   * first was the one. */
  private static IOException orDamage(Arrival unreadable, IOException reason) {
    try {
      unreadable.checkRest();
      return reason;
    } catch (BlobMismatchException e) {
      return e;
    } catch (IOException e) {
      reason.addSuppressed(e);
      return reason;
    }
  }

  /// Bytes that came were wrong: on the way, or since an earlier pull left them.
  private static final class Damaged extends IOException {
    private static final long serialVersionUID = 1L;

    Damaged(BlobMismatchException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /// Reads what nobody else reads, so that it is checked.
  private static final class Checkers {
    private static final int BUFFER_BYTES = 128 << 10;
    private final List<Arrival> arrivals;
    private IOException failure;

    private Checkers(List<Arrival> arrivals) {
      this.arrivals = new ArrayList<>(arrivals);
    }

    private void run() throws IOException {
      Thread second = start();
      work();
      finish(second);
    }

    private Thread start() {
      Thread thread = new Thread(this::work, "check");
      thread.start();
      return thread;
    }

    private void finish(Thread thread) throws IOException {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      if (failure != null) {
        throw failure;
      }
    }

    private synchronized Arrival next() {
      return failure != null || arrivals.isEmpty() ? null : arrivals.removeFirst();
    }

    private void work() {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (Arrival arrival; (arrival = next()) != null; ) {
        if (arrival.isComplete()) {
          continue;
        }
        try (InputStream bytes = arrival.open()) {
          while (bytes.read(buffer) >= 0) {
            // The stream checks what it reads.
          }
        } catch (IOException e) {
          synchronized (this) {
            failure = failure == null ? e : failure;
          }
        }
      }
    }
  }
}

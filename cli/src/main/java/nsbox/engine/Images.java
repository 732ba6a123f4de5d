package nsbox.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.archive.LayoutImport;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageReceiver;
import nsbox.image.ImageStore;
import nsbox.image.Ingest;
import nsbox.image.Platform;
import nsbox.image.Reference;
import nsbox.image.StoredImage;
import nsbox.snapshot.Driver;
import nsbox.snapshot.Drivers;
import nsbox.snapshot.Layer;
import nsbox.snapshot.LayerLimits;
import nsbox.snapshot.Snapshots;

/// Images of the store, ready to run: their layers unpacked.
public final class Images {
  private static final int ATTEMPTS = 4;

  private final ImageStore store;
  private final Snapshots snapshots;
  private final Driver driver;
  private final Path embedded;

  /// @param embedded folder of OCI layouts that come with nsbox, each named as its image
  /// @param driver the one that is asked for; empty for the store's own choice
  /// @param limits of each layer that is unpacked
  public Images(StateRoots roots, Path embedded, Optional<String> driver, LayerLimits limits)
      throws IOException {
    this.store = new ImageStore(roots.root());
    this.snapshots = Snapshots.open(roots.snapshots(), limits);
    this.driver =
        driver.isPresent() ? Drivers.named(driver.get(), snapshots) : Drivers.ofStore(snapshots);
    this.embedded = embedded;
  }

  public ImageStore store() {
    return store;
  }

  public Snapshots snapshots() {
    return snapshots;
  }

  /// How the layers become a container's root file system.
  public Driver driver() {
    return driver;
  }

  /// An image and its snapshots.
  ///
  /// @param chainIds of its layers, bottom first
  public record Unpacked(StoredImage image, List<String> chainIds) {}

  /// Finds an image in the store, or takes it from those that come with nsbox.
  ///
  /// @throws nsbox.image.ImageNotFoundException if it is in neither
  public StoredImage find(String nameOrId) throws IOException {
    Optional<StoredImage> stored = store.resolve(nameOrId);
    if (stored.isPresent()) {
      return stored.get();
    }
    Optional<Path> layout = embeddedLayout(nameOrId);
    if (layout.isEmpty()) {
      return store.get(nameOrId);
    }
    importEmbedded(nameOrId, layout.get());
    return store.get(nameOrId);
  }

  private void importEmbedded(String name, Path layout) throws IOException {
    new LayoutImport(store).importFrom(layout, Optional.of(Reference.parse(name)), Platform.host());
  }

  /// As [#find], and keeps the image from being cleaned away until the lease is closed.
  ///
  /// @return empty if it is neither in the store nor among those that come with nsbox
  public Optional<StoredImage> hold(String nameOrId, Ingest lease) throws IOException {
    Optional<StoredImage> held = store.hold(nameOrId, lease);
    Optional<Path> layout = held.isPresent() ? Optional.empty() : embeddedLayout(nameOrId);
    if (layout.isEmpty()) {
      return held;
    }
    /* Between the import's end and the lease somebody may remove the image again. */
    for (int attempt = 0; held.isEmpty() && attempt < ATTEMPTS; attempt++) {
      importEmbedded(nameOrId, layout.get());
      held = store.hold(nameOrId, lease);
    }
    return held;
  }

  /// Whether a text can only be an ID.
  public static boolean isId(String text) {
    String hex = text.startsWith("sha256:") ? text.substring(7) : text;
    return Digest.isHex(hex) && (hex.length() == 64 || hex.length() < text.length());
  }

  /* Only plain names: what has a registry or a digest is meant to come from elsewhere. */
  private Optional<Path> embeddedLayout(String name) {
    if (name.isEmpty() || name.indexOf('/') >= 0 || name.indexOf(':') >= 0) {
      return Optional.empty();
    }
    Path layout = embedded.resolve(name);
    return Files.exists(layout.resolve("oci-layout")) ? Optional.of(layout) : Optional.empty();
  }

  /// Unpacks the layers that are not unpacked yet, one on each processor.
  public Unpacked unpack(StoredImage image) throws IOException {
    List<String> chainIds = chainIds(image);
    if (!areUnpacked(chainIds)) {
      List<Layer> layers = new ArrayList<>();
      for (int i = 0; i < chainIds.size(); i++) {
        layers.add(layer(image, i));
      }
      snapshots.applyAll(layers, chainIds, Runtime.getRuntime().availableProcessors());
    }
    return new Unpacked(image, chainIds);
  }

  private boolean areUnpacked(List<String> chainIds) {
    for (String chainId : chainIds) {
      if (!snapshots.contains(chainId)) {
        return false;
      }
    }
    return true;
  }

  /// Unpacks layers while they arrive.
  public ImageReceiver receiver() {
    return (manifest, config, layers) -> {
      List<String> chainIds = chainIds(config.diffIds());
      if (areUnpacked(chainIds)) {
        return;
      }
      List<Layer> arriving = new ArrayList<>();
      for (int i = 0; i < chainIds.size(); i++) {
        arriving.add(
            layer(manifest.layers().get(i), config.diffIds().get(i), new Arriving(layers, i)));
      }
      snapshots.applyAll(arriving, chainIds, Runtime.getRuntime().availableProcessors());
    };
  }

  /// A layer on its way. Of one blob only the process that reads it first lets others have it, so
  /// it is read also where another process unpacks it.
  private record Arriving(ImageReceiver.Layers layers, int index) implements Layer.Source {
    private static final int BUFFER_BYTES = 128 << 10;

    @Override
    public InputStream open() throws IOException {
      return layers.open(index);
    }

    @Override
    public void leaveToOthers() throws IOException {
      byte[] buffer = new byte[BUFFER_BYTES];
      try (InputStream bytes = layers.open(index)) {
        while (bytes.read(buffer) >= 0) {
          // Checked as it is read, which is due in any case.
        }
      }
    }
  }

  /// The chain IDs of an image's layers, bottom first.
  ///
  /// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md#layer-chainid
  public static List<String> chainIds(StoredImage image) {
    return chainIds(image.config().diffIds());
  }

  static List<String> chainIds(List<Digest> diffIds) {
    List<String> chainIds = new ArrayList<>();
    String parent = null;
    for (Digest diffId : diffIds) {
      parent = Snapshots.chainId(parent, diffId.toString());
      chainIds.add(parent);
    }
    return chainIds;
  }

  private Layer layer(StoredImage image, int index) {
    Descriptor descriptor = image.manifest().layers().get(index);
    return layer(descriptor, image.config().diffIds().get(index), () -> open(descriptor));
  }

  /// What the snapshotter takes for a layer. It knows SHA-256 and SHA-512 itself, and its own are
  /// faster.
  static Layer layer(Descriptor blob, Digest diffId, Layer.Source source) {
    Layer layer =
        new Layer(
            blob.mediaType(),
            blob.digest().toString(),
            diffId.toString(),
            blob.sizeBytes(),
            source);
    return diffId.algorithm().equals("blake3") ? layer.diffIdBy(diffId::hasher) : layer;
  }

  private InputStream open(Descriptor descriptor) throws IOException {
    return store.blobs().open(descriptor);
  }
}

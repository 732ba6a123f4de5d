package nsbox.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nsbox.image.BrokenLayoutException;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageConfig;
import nsbox.image.ImageException;
import nsbox.image.ImageManifest;
import nsbox.image.ImageReceiver;
import nsbox.image.ImageStore;
import nsbox.image.Ingest;
import nsbox.image.Reference;

/// Checked images on their way into the store, where all of them show at once or none.
///
/// Layers are staged before what points at them, so that whatever shows after a crash is whole.
final class Gathering {
  private static final int BUFFER_BYTES = 128 << 10;

  private final ImageStore store;
  private final Ingest ingest;
  private final Optional<ImageReceiver> receiver;
  private final Set<Unchecked> layers = new HashSet<>();
  private final Set<Unchecked> unchecked = new LinkedHashSet<>();
  private final Map<Descriptor, Staged> images = new LinkedHashMap<>();

  /// A layer whose diff ID nobody has compared yet.
  private record Unchecked(Descriptor layer, Digest diffId, String origin) {}

  private record Staged(ImageManifest manifest, ImageConfig config, Loaded loaded) {}

  /// @param receiver of each image's layers, before anything shows
  Gathering(ImageStore store, Ingest ingest, Optional<ImageReceiver> receiver) {
    this.store = store;
    this.ingest = ingest;
    this.receiver = receiver;
  }

  /// Stages a layer after its length and digest were found right. Its diff ID is compared before
  /// anything shows.
  ///
  /// @param file where its bytes lie
  /// @param link whether `file` may be linked into the store
  /// @param origin where the bytes come from, for the failure
  void layer(Descriptor layer, Path file, boolean link, String origin, Digest diffId)
      throws IOException {
    Unchecked one = new Unchecked(layer, diffId, origin);
    if (!layers.add(one)) {
      return;
    }
    if (link) {
      ingest.stageLink(layer, file, origin);
    } else {
      try (InputStream bytes = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
        ingest.stage(layer, bytes, origin);
      }
    }
    /* An uncompressed layer has one digest for both. */
    if (!layer.digest().equals(diffId)) {
      unchecked.add(one);
    }
  }

  /// Stages a layer that was hashed, in both forms, as it was written to `file`.
  void hashedLayer(Descriptor layer, Path file, String origin) throws IOException {
    ingest.stageLink(layer, file, origin);
  }

  /// Stages config and manifest of an image whose layers are staged, and notes its name.
  ///
  /// @param name null for none
  void image(
      Descriptor descriptor,
      byte[] manifestBytes,
      ImageManifest manifest,
      byte[] configBytes,
      Reference name)
      throws IOException {
    if (!images.containsKey(descriptor)) {
      ingest.stage(manifest.config(), configBytes);
      ingest.stage(descriptor, manifestBytes);
      images.put(
          descriptor,
          new Staged(
              manifest,
              ImageConfig.parse(manifest, configBytes),
              new Loaded(manifest.config().digest(), new ArrayList<>())));
    }
    if (name != null) {
      images.get(descriptor).loaded().names().add(name);
    }
  }

  /// Shows all images, under their names.
  List<Loaded> publish() throws IOException {
    for (Staged image : images.values()) {
      if (receiver.isPresent()) {
        hand(image, receiver.get());
      }
    }
    for (Unchecked layer : unchecked) {
      checkDiffId(layer);
    }
    List<Loaded> shown = new ArrayList<>();
    Map<Reference, Descriptor> named = new LinkedHashMap<>();
    List<Descriptor> nameless = new ArrayList<>();
    for (Map.Entry<Descriptor, Staged> image : images.entrySet()) {
      Loaded loaded = image.getValue().loaded();
      for (Reference name : loaded.names()) {
        named.put(name, image.getKey());
      }
      if (loaded.names().isEmpty()) {
        nameless.add(image.getKey());
      }
      shown.add(loaded);
    }
    ingest.publish();
    store.addAll(named, nameless);
    return shown;
  }

  /* What the receiver opens it compares; it does not open what it has already. */
  private void hand(Staged image, ImageReceiver receiver) throws IOException {
    List<Descriptor> descriptors = image.manifest().layers();
    List<Digest> diffIds = image.config().diffIds();
    boolean[] opened = new boolean[descriptors.size()];
    ingest.leaseLayers(diffIds);
    receiver.receive(
        image.manifest(),
        image.config(),
        index -> {
          opened[index] = true;
          return ingest.open(descriptors.get(index));
        });
    unchecked.removeIf(one -> {
      for (int i = 0; i < opened.length; i++) {
        if (opened[i]
            && one.layer().digest().equals(descriptors.get(i).digest())
            && one.diffId().equals(diffIds.get(i))) {
          return true;
        }
      }
      return false;
    });
  }

  private void checkDiffId(Unchecked layer) throws IOException {
    String origin = layer.origin();
    Digest diffId = layer.diffId();
    MessageDigest hasher = diffId.hasher();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream bytes = ingest.open(layer.layer());
        Expanded expanded = Expanded.of(bytes, origin)) {
      int count;
      while ((count = expanded.read(buffer)) >= 0) {
        hasher.update(buffer, 0, count);
      }
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      BrokenLayoutException broken =
          new BrokenLayoutException(origin, "", "a whole layer", "\"" + e.getMessage() + "\"");
      broken.initCause(e);
      throw broken;
    }
    Digest actual = diffId.finished(hasher);
    if (!actual.equals(diffId)) {
      throw new BrokenLayoutException(
          origin, "", "a layer with the diff ID " + diffId, actual.toString());
    }
  }
}

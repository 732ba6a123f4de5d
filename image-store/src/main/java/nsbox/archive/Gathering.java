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
import java.util.List;
import java.util.Map;
import java.util.Set;
import nsbox.image.BrokenLayoutException;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageException;
import nsbox.image.ImageManifest;
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
  private final Set<String> checkedLayers = new HashSet<>();
  private final Map<Descriptor, Loaded> images = new LinkedHashMap<>();

  Gathering(ImageStore store, Ingest ingest) {
    this.store = store;
    this.ingest = ingest;
  }

  /// Stages a layer after its length, digest and diff ID were found right.
  ///
  /// @param file where its bytes lie
  /// @param link whether `file` may be linked into the store
  /// @param origin where the bytes come from, for the failure
  void layer(Descriptor layer, Path file, boolean link, String origin, Digest diffId)
      throws IOException {
    if (!checkedLayers.add(layer.digest() + " " + diffId + " " + layer.sizeBytes())) {
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
      checkDiffId(file, origin, diffId);
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
      images.put(descriptor, new Loaded(manifest.config().digest(), new ArrayList<>()));
    }
    if (name != null) {
      images.get(descriptor).names().add(name);
    }
  }

  /// Shows all images, under their names.
  List<Loaded> publish() throws IOException {
    Map<Reference, Descriptor> named = new LinkedHashMap<>();
    List<Descriptor> nameless = new ArrayList<>();
    for (Map.Entry<Descriptor, Loaded> image : images.entrySet()) {
      for (Reference name : image.getValue().names()) {
        named.put(name, image.getKey());
      }
      if (image.getValue().names().isEmpty()) {
        nameless.add(image.getKey());
      }
    }
    ingest.publish();
    store.addAll(named, nameless);
    return List.copyOf(images.values());
  }

  private static void checkDiffId(Path file, String origin, Digest diffId) throws IOException {
    MessageDigest hasher = diffId.hasher();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream bytes = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
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

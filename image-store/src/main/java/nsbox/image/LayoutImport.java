package nsbox.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Brings images from an OCI image layout into the store, without any network.
///
/// All or nothing: no name is given and no blob shows before every blob of every image was checked.
/// After that, should the disk fill up while names are written, checked blobs without a name may
/// stay.
public final class LayoutImport {
  private final ImageStore store;

  public LayoutImport(ImageStore store) {
    this.store = store;
  }

  /// Imports a layout folder, or a tar archive of one, plain or in gzip.
  ///
  /// A layout that calls its image only `3.20` is known by its folder: `images/alpine` becomes
  /// `docker.io/library/alpine:3.20`.
  ///
  /// @param name what to call the only image in it, whatever the layout says
  /// @param platform which image to take where an index offers several
  /// @return the names given
  /// @throws ImageException if the layout is not sound, or has no image for the platform
  public Set<Reference> importFrom(Path layout, Optional<Reference> name, Platform platform)
      throws IOException {
    String label = layout.toString();
    if (!Files.exists(layout)) {
      throw new BrokenLayoutException(label, "", "a folder or a tar archive", "nothing");
    }
    boolean archive = !Files.isDirectory(layout);
    Optional<String> repository = LayoutNames.repositoryOf(layout, archive);
    if (archive) {
      try (InputStream tar = Files.newInputStream(layout)) {
        return importArchive(tar, label, repository, name, platform);
      }
    }
    try (Ingest ingest = store.ingest()) {
      LayoutDirectory source = new LayoutDirectory(layout, label);
      return importLayout(source, ingest, false, repository, name, platform);
    }
  }

  /// Imports a tar archive that comes through a pipe. Does not close it.
  ///
  /// @param label what to call the archive in messages, for instance `standard input`
  /// @throws ImageException as above, also if neither `name` nor the layout has a whole reference
  public Set<Reference> importFrom(
      InputStream tar, String label, Optional<Reference> name, Platform platform)
      throws IOException {
    return importArchive(tar, label, Optional.empty(), name, platform);
  }

  private Set<Reference> importArchive(
      InputStream tar,
      String label,
      Optional<String> repository,
      Optional<Reference> name,
      Platform platform)
      throws IOException {
    try (Ingest ingest = store.ingest()) {
      LayoutDirectory source = LayoutArchive.unpack(tar, ingest.file("layout"), label);
      return importLayout(source, ingest, true, repository, name, platform);
    }
  }

  private Set<Reference> importLayout(
      LayoutDirectory source,
      Ingest ingest,
      boolean linkBlobs,
      Optional<String> repository,
      Optional<Reference> name,
      Platform platform)
      throws IOException {
    Map<Reference, Descriptor> selected =
        new LayoutNames(source, repository).select(source.entries(), name);
    Map<Reference, Descriptor> manifests = new LinkedHashMap<>();
    for (Map.Entry<Reference, Descriptor> image : selected.entrySet()) {
      Descriptor manifest = PlatformChoice.choose(image.getValue(), platform, source);
      checkDigest(image.getKey(), image.getValue(), manifest, source);
      stage(source, ingest, linkBlobs, manifest);
      manifests.put(image.getKey(), manifest.withoutAnnotation(LayoutNames.CONTAINERD_NAME));
    }
    ingest.publish();
    store.tagAll(manifests);
    return manifests.keySet();
  }

  /// A name with a digest may only be given to what has that digest.
  private static void checkDigest(
      Reference name, Descriptor entry, Descriptor manifest, LayoutDirectory source)
      throws ImageException {
    if (name.digest().isEmpty()
        || name.digest().get().equals(entry.digest())
        || name.digest().get().equals(manifest.digest())) {
      return;
    }
    throw source.broken("index.json", name.digest().get().toString(), entry.digest().toString());
  }

  /// Layers first, so that whatever shows after a crash has all that it points at.
  private static void stage(
      LayoutDirectory source, Ingest ingest, boolean linkBlobs, Descriptor descriptor)
      throws IOException {
    byte[] manifestBytes = source.document(descriptor);
    ImageManifest manifest = ImageManifest.parse(descriptor, manifestBytes);
    manifest.checkConfig();
    byte[] configBytes = source.document(manifest.config());
    ImageConfig.parse(manifest, configBytes);
    for (Descriptor layer : manifest.layers()) {
      if (linkBlobs) {
        ingest.stageLink(layer, source.path(layer), source.origin(layer));
      } else {
        try (InputStream bytes = source.open(layer)) {
          ingest.stage(layer, bytes, source.origin(layer));
        }
      }
    }
    ingest.stage(manifest.config(), configBytes);
    ingest.stage(descriptor, manifestBytes);
  }
}

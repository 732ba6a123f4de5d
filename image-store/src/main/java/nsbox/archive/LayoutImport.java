package nsbox.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nsbox.archive.LayoutNames.Named;
import nsbox.image.BrokenLayoutException;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageConfig;
import nsbox.image.ImageException;
import nsbox.image.ImageManifest;
import nsbox.image.ImageReceiver;
import nsbox.image.ImageStore;
import nsbox.image.Ingest;
import nsbox.image.Platform;
import nsbox.image.PlatformChoice;
import nsbox.image.Reference;

/// Brings images from an OCI image layout into the store, without any network.
///
/// All or nothing: no name is given and no blob shows before every blob of every image was checked,
/// diff IDs included. After that, should the disk fill up while names are written, checked blobs
/// without a name may stay.
public final class LayoutImport {
  private final ImageStore store;
  private final Optional<ImageReceiver> receiver;

  public LayoutImport(ImageStore store) {
    this(store, Optional.empty());
  }

  /// @param receiver of each image's layers, before the image shows
  public LayoutImport(ImageStore store, Optional<ImageReceiver> receiver) {
    this.store = store;
    this.receiver = receiver;
  }

  /// Imports a layout folder, or a tar archive of one, plain or compressed.
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
    boolean archive = ArchiveFile.isArchive(layout);
    Optional<String> repository = LayoutNames.repositoryOf(layout, archive);
    if (archive) {
      try (InputStream tar = Files.newInputStream(layout)) {
        return importArchive(tar, label, repository, name, platform);
      }
    }
    try (Ingest ingest = store.ingest()) {
      return importLayout(new FolderFiles(layout, label), ingest, repository, name, platform);
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
      Members members = Members.unpack(tar, ingest.file("members"), label);
      if (members.contains(DockerArchive.MANIFEST) && !members.contains(OciLayout.MARKER)) {
        throw members.broken(
            OciLayout.MARKER, "a plain file", "nothing: it is docker's older format");
      }
      return importLayout(members, ingest, repository, name, platform);
    }
  }

  private Set<Reference> importLayout(
      ImageFiles files,
      Ingest ingest,
      Optional<String> repository,
      Optional<Reference> name,
      Platform platform)
      throws IOException {
    OciLayout layout = new OciLayout(files);
    List<Named> selected = new LayoutNames(files, repository).select(layout.entries(), name);
    Gathering gathering = new Gathering(store, ingest, receiver);
    for (Named image : selected) {
      gather(layout, image, platform, gathering);
    }
    Set<Reference> names = new LinkedHashSet<>();
    for (Loaded loaded : gathering.publish()) {
      names.addAll(loaded.names());
    }
    return names;
  }

  /// Stages one image of a layout.
  ///
  /// @return its config
  static ImageConfig gather(OciLayout layout, Named image, Platform platform, Gathering gathering)
      throws IOException {
    Descriptor chosen = PlatformChoice.choose(image.entry(), platform, layout);
    checkDigest(image, chosen, layout);
    byte[] manifestBytes = layout.document(chosen);
    ImageManifest manifest = ImageManifest.parse(chosen, manifestBytes);
    manifest.checkConfig();
    byte[] configBytes = layout.document(manifest.config());
    ImageConfig config = ImageConfig.parse(manifest, configBytes);
    boolean link = layout.files().linkable();
    for (int i = 0; i < manifest.layers().size(); i++) {
      Descriptor layer = manifest.layers().get(i);
      Path file = layout.path(layer);
      gathering.layer(layer, file, link, layout.origin(layer), config.diffIds().get(i));
    }
    Descriptor descriptor =
        chosen
            .withoutAnnotation(LayoutNames.CONTAINERD_NAME)
            .withoutAnnotation(LayoutNames.REF_NAME);
    gathering.image(descriptor, manifestBytes, manifest, configBytes, image.name().orElse(null));
    return config;
  }

  /// A name with a digest may only be given to what has that digest.
  private static void checkDigest(Named image, Descriptor manifest, OciLayout layout)
      throws BrokenLayoutException {
    Optional<Digest> digest = image.name().flatMap(Reference::digest);
    if (digest.isEmpty()
        || digest.get().equals(image.entry().digest())
        || digest.get().equals(manifest.digest())) {
      return;
    }
    throw layout
        .files()
        .broken(OciLayout.INDEX, digest.get().toString(), image.entry().digest().toString());
  }
}

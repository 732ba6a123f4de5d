package nsbox.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.archive.LayoutNames.Named;
import nsbox.image.Descriptor;
import nsbox.image.ImageConfig;
import nsbox.image.ImageReceiver;
import nsbox.image.ImageStore;
import nsbox.image.Ingest;
import nsbox.image.Platform;
import nsbox.image.PlatformMissingException;

/// Brings what `save` of docker, podman or nsbox wrote into the store: a docker archive, an OCI
/// archive or an OCI layout in a folder, told by what is in it.
///
/// All images or none, and none before every byte was checked, as with [LayoutImport].
public final class ImageLoad {
  private final ImageStore store;
  private final Optional<Platform> wanted;
  private final Optional<ImageReceiver> receiver;

  /// @param wanted what the images must run on; where it is empty, an index gives the image for
  ///   this machine, and an image alone may be for any
  /// @param receiver of each image's layers, before the image shows
  public ImageLoad(ImageStore store, Optional<Platform> wanted, Optional<ImageReceiver> receiver) {
    this.store = store;
    this.wanted = wanted;
    this.receiver = receiver;
  }

  /// @param path a layout's folder, or an archive, plain or in gzip, zstd, xz or bzip2
  /// @throws nsbox.image.ImageException if it is not sound; the store is as before then
  public List<Loaded> load(Path path) throws IOException {
    String label = path.toString();
    boolean archive = ArchiveFile.isArchive(path);
    Optional<String> repository = LayoutNames.repositoryOf(path, archive);
    if (archive) {
      try (InputStream tar = Files.newInputStream(path)) {
        return load(tar, label, repository);
      }
    }
    try (Ingest ingest = store.ingest()) {
      return load(new FolderFiles(path, label), ingest, repository);
    }
  }

  /// @param tar an archive through a pipe; not closed
  /// @param label what to call it in messages
  public List<Loaded> load(InputStream tar, String label) throws IOException {
    return load(tar, label, Optional.empty());
  }

  private List<Loaded> load(InputStream tar, String label, Optional<String> repository)
      throws IOException {
    try (Ingest ingest = store.ingest()) {
      return load(Members.unpack(tar, ingest.file("members"), label), ingest, repository);
    }
  }

  private List<Loaded> load(ImageFiles files, Ingest ingest, Optional<String> repository)
      throws IOException {
    Gathering gathering = new Gathering(store, ingest, receiver);
    boolean docker = files.contains(DockerArchive.MANIFEST);
    if (!docker && !files.contains(OciLayout.MARKER)) {
      throw files.broken(
          "", "an image archive, with manifest.json or oci-layout at its root", "neither");
    }
    if (!files.contains(OciLayout.MARKER) || !gatherLayout(files, gathering, repository, docker)) {
      new DockerArchive(files).gather(gathering, wanted);
    }
    return gathering.publish();
  }

  /// Docker since 25 writes both formats into one archive. The layout keeps the digests of the
  /// manifests; but some of its images may not be whole, and then the other format has them.
  ///
  /// @return false if nothing was staged, so that the other format is to be read
  private boolean gatherLayout(
      ImageFiles files, Gathering gathering, Optional<String> repository, boolean docker)
      throws IOException {
    OciLayout layout = new OciLayout(files);
    List<Descriptor> entries = layout.entries();
    Platform platform = wanted.orElseGet(Platform::host);
    if (docker) {
      for (Descriptor entry : entries) {
        if (!layout.isWhole(entry, platform)) {
          return false;
        }
      }
      if (entries.isEmpty()) {
        return false;
      }
    }
    for (Named image : new LayoutNames(files, repository).selectAll(entries)) {
      ImageConfig config = LayoutImport.gather(layout, image, platform, gathering);
      if (wanted.isPresent() && wanted.get().fitness(config.platform()) == 0) {
        throw new PlatformMissingException(
            image.entry().digest().toString(), wanted.get(), List.of(config.platform()));
      }
    }
    return true;
  }
}

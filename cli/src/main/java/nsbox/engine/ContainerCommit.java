package nsbox.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.archive.ImageCommit;
import nsbox.archive.NewLayer;
import nsbox.image.Digest;
import nsbox.image.Ingest;
import nsbox.image.StoredImage;
import nsbox.snapshot.Driver;
import nsbox.snapshot.Drivers;
import nsbox.snapshot.Layer;
import nsbox.snapshot.LayerDiff;
import nsbox.snapshot.RootMount;
import nsbox.snapshot.Snapshots;
import nsbox.snapshot.UnsuitableTreeException;

/// Makes an image of what a container has changed.
public final class ContainerCommit {
  private final Images images;

  public ContainerCommit(Images images) {
    this.images = images;
  }

  /// @param id of the image
  /// @param changed files that changed while they were read, from the container's root
  public record Committed(Digest id, List<String> changed) {}

  /// Stores the image, unpacked and ready to run; or nothing.
  ///
  /// The image of the container and its layers are leased until the new one has its name, and so is
  /// the new layer.
  ///
  /// @param latest times of files after this one become this one
  /// @throws CommitRefusedException if the container's image is not there any more, or the
  ///   container holds what no layer can
  /// @throws nsbox.archive.InvalidChangeException if one of the changes is none
  public Committed commit(
      ContainerFolder folder, ImageCommit.Settings settings, Optional<Instant> latest)
      throws IOException {
    ContainerRecord record = folder.record();
    ImageCommit commit = new ImageCommit(images.store(), settings);
    try (Ingest ingest = images.store().ingest()) {
      StoredImage image = image(record, ingest);
      commit.check(image);
      List<String> changed = new ArrayList<>();
      NewLayer layer =
          NewLayer.write(
              out -> changed.addAll(diff(folder, record, latest).writeTo(out)),
              ingest.file("layer"),
              "container " + record.name());
      requireStillThere(folder, record);
      unpack(image, layer, ingest);
      return new Committed(commit.commit(image, layer, ingest), changed);
    } catch (UnsuitableTreeException e) {
      CommitRefusedException refused = new CommitRefusedException(record.name(), e.getMessage());
      refused.initCause(e);
      throw refused;
    }
  }

  private StoredImage image(ContainerRecord record, Ingest ingest) throws IOException {
    Optional<StoredImage> image = images.store().hold(record.imageId(), ingest);
    if (image.isEmpty()) {
      throw new CommitRefusedException(
          record.name(),
          "Its image "
              + record.image()
              + " ("
              + record.imageId()
              + ") has been removed from the store. Bring it in again first.");
    }
    if (!Images.chainIds(image.get()).equals(record.layers())) {
      throw new CommitRefusedException(
          record.name(), "It stands on other layers than its image " + record.image() + " has.");
    }
    return image.get();
  }

  private LayerDiff diff(ContainerFolder folder, ContainerRecord record, Optional<Instant> latest)
      throws IOException {
    Driver driver = Drivers.named(record.driver(), images.snapshots());
    RootMount tree = driver == null ? null : driver.mounts(record.layers(), folder.lasting());
    if (!(tree instanceof RootMount.Overlay overlay) || overlay.writable().isEmpty()) {
      throw new CommitRefusedException(
          record.name(), "Its changes are not kept apart: it is no overlay.");
    }
    Path upper = overlay.writable().get().upper();
    if (!Files.isDirectory(upper, LinkOption.NOFOLLOW_LINKS)) {
      throw new CommitRefusedException(record.name(), "It was removed meanwhile.");
    }
    LayerDiff diff = LayerDiff.ofUpper(upper);
    diff = overlay.userAttributes() ? diff.withUserAttributes() : diff;
    return latest.isPresent() ? diff.notLaterThan(latest.get()) : diff;
  }

  /* A container that is removed loses its name first, and then its files, one by one. */
  private static void requireStillThere(ContainerFolder folder, ContainerRecord record)
      throws CommitRefusedException {
    if (!Files.exists(folder.recordFile())) {
      throw new CommitRefusedException(record.name(), "It was removed meanwhile.");
    }
  }

  /* Before the image shows: then whatever shows can be run, also on a disk that is full by now. */
  private void unpack(StoredImage image, NewLayer layer, Ingest ingest) throws IOException {
    List<Digest> diffIds = new ArrayList<>(image.config().diffIds());
    diffIds.add(layer.diffId());
    ingest.leaseLayers(diffIds);
    List<String> parents = Images.chainIds(image);
    String parent = parents.isEmpty() ? null : parents.getLast();
    images
        .snapshots()
        .unlimited()
        .apply(
            Snapshots.chainId(parent, layer.diffId().toString()),
            parents,
            new Layer(
                layer.descriptor().mediaType(),
                layer.descriptor().digest().toString(),
                layer.diffId().toString(),
                layer.descriptor().sizeBytes(),
                () -> Files.newInputStream(layer.file())));
  }
}

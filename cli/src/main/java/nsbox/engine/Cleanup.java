package nsbox.engine;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nsbox.image.Collected;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.StoredImage;

/// Takes away what nothing needs any more: images' names, then blobs and snapshots without a user.
///
/// Whatever no name and no lease leads to is garbage; nothing is counted, so no count can be wrong.
public final class Cleanup {
  /// How long a download that was broken off is kept for the next pull.
  public static final Duration DOWNLOAD_AGE = Duration.ofDays(1);

  private final Images images;
  private final Containers containers;

  public Cleanup(Images images, Containers containers) {
    this.images = images;
    this.containers = containers;
  }

  /// The containers that were made from each image or show it, by the image's ID.
  public Map<String, List<ContainerFolder>> users() throws IOException {
    Map<String, List<ContainerFolder>> users = new HashMap<>();
    for (ContainerFolder folder : containers.list()) {
      try {
        ContainerRecord record = folder.record();
        users.computeIfAbsent(record.imageId(), _ -> new ArrayList<>()).add(folder);
        for (String id : ContainerTrees.imageIds(record)) {
          users.computeIfAbsent(id, _ -> new ArrayList<>()).add(folder);
        }
      } catch (NoSuchFileException e) {
        // It has just been removed.
      } catch (DamagedContainerException e) {
        // It can be of no use to anybody; its layers stay until it goes.
      }
    }
    return users;
  }

  /// Removes garbage, and what broken-off processes have left of snapshots.
  ///
  /// @param downloadAge how long a broken-off download must have been left alone to go too
  public Collected collect(Duration downloadAge) throws IOException {
    Collected collected = images.store().collect(true, _ -> true, downloadAge, sibling());
    images.snapshots().sweep();
    return collected;
  }

  /// What would go if all images went that no container uses, or only those without a name.
  public Collected reclaimable(boolean all) throws IOException {
    Set<Digest> unused = new HashSet<>();
    for (StoredImage image : unused(all)) {
      unused.add(image.target().digest());
    }
    return images
        .store()
        .collect(false, entry -> !unused.contains(entry.digest()), Duration.ZERO, sibling());
  }

  /// Images that no container uses, and that are not mounted.
  ///
  /// @param all also those that have a name
  public List<StoredImage> unused(boolean all) throws IOException {
    Set<String> used = users().keySet();
    Set<String> mounted = mounted();
    List<StoredImage> unused = new ArrayList<>();
    for (StoredImage image : images.store().list().images()) {
      if (!used.contains(image.id().toString())
          && !mounted.contains(image.id().hex())
          && (all || image.references().isEmpty())) {
        unused.add(image);
      }
    }
    return unused;
  }

  private Set<String> mounted() throws IOException {
    Set<String> mounted = new HashSet<>();
    for (ImageMounts.Mounted mount : ImageMounts.list(containers.roots())) {
      mounted.add(mount.imageHex());
    }
    return mounted;
  }

  /// Takes an image out of the index, all names and all.
  ///
  /// @return the names that it had
  public List<String> forget(StoredImage image) throws IOException {
    Digest target = image.target().digest();
    return images.store().remove((Descriptor entry) -> entry.digest().equals(target));
  }

  private Collected.Sibling sibling() {
    return new SnapshotGarbage(images.snapshots(), containers);
  }
}

package nsbox.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import nsbox.image.StoredImage;
import nsbox.snapshot.TreeSize;

/// What nsbox keeps on the disk, added up.
public record DiskUse(Row images, Row containers, Row volumes) {

  /// @param active how many of them are in use
  /// @param reclaimableBytes what removing the others would free
  public record Row(String type, long total, long active, long bytes, long reclaimableBytes) {}

  public static DiskUse of(StateRoots roots, Images images, Containers containers, Cleanup cleanup)
      throws IOException {
    long total = 0;
    long active = 0;
    Set<String> used = cleanup.users().keySet();
    for (StoredImage image : images.store().list().images()) {
      total++;
      active += used.contains(image.id().toString()) ? 1 : 0;
    }
    long bytes =
        TreeSize.bytes(roots.root().resolve("images").resolve("blobs"))
            + TreeSize.bytes(roots.snapshots())
            + TreeSize.bytes(roots.root().resolve("ingest").resolve("partial"));
    Row imageRow = new Row("Images", total, active, bytes, cleanup.reclaimable(true).bytes());
    long containerBytes = 0;
    long stoppedBytes = 0;
    long running = 0;
    long all = 0;
    for (ContainerFolder folder : containers.list()) {
      long size = bytes(folder);
      boolean runs = runs(folder);
      all++;
      running += runs ? 1 : 0;
      containerBytes += size;
      stoppedBytes += runs ? 0 : size;
    }
    return new DiskUse(
        imageRow,
        new Row("Containers", all, running, containerBytes, stoppedBytes),
        volumes(new Volumes(roots, containers)));
  }

  /* What is damaged can only go. */
  private static boolean runs(ContainerFolder folder) throws IOException {
    try {
      return folder.state() instanceof ContainerState.Running;
    } catch (DamagedContainerException e) {
      return false;
    }
  }

  private static Row volumes(Volumes volumes) throws IOException {
    long total = 0;
    long used = 0;
    long bytes = 0;
    long unusedBytes = 0;
    for (Volume volume : volumes.list()) {
      boolean isUsed = !volumes.users(volume).isEmpty();
      long size = TreeSize.bytes(volume.data());
      total++;
      used += isUsed ? 1 : 0;
      bytes += size;
      unusedBytes += isUsed ? 0 : size;
    }
    return new Row("Local Volumes", total, used, bytes, unusedBytes);
  }

  /// What all files of a container take up, its log among them.
  public static long bytes(ContainerFolder folder) throws IOException {
    long bytes = 0;
    for (Path file : ContainerMounts.ownFiles(folder)) {
      bytes += TreeSize.bytes(file);
    }
    return bytes;
  }
}

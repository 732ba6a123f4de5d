package nsbox.engine;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;
import nsbox.image.StoredImage;

/// What nsbox keeps on the disk, added up.
public record DiskUse(Row images, Row containers) {

  /// @param active how many of them are in use
  /// @param reclaimableBytes what removing the others would free
  public record Row(String type, long total, long active, long bytes, long reclaimableBytes) {}

  public static DiskUse of(StateRoots roots, Images images, Containers containers, Cleanup cleanup)
      throws IOException {
    long total = 0;
    long active = 0;
    for (StoredImage image : images.store().list().images()) {
      total++;
      active += cleanup.users().containsKey(image.id().toString()) ? 1 : 0;
    }
    long bytes =
        bytes(roots.root().resolve("images").resolve("blobs"))
            + bytes(roots.snapshots())
            + bytes(roots.root().resolve("ingest").resolve("partial"));
    Row imageRow = new Row("Images", total, active, bytes, cleanup.reclaimable(true).bytes());
    long containerBytes = 0;
    long stoppedBytes = 0;
    long running = 0;
    long all = 0;
    for (ContainerFolder folder : containers.list()) {
      long size = bytes(folder.upper());
      boolean runs = folder.state() instanceof ContainerState.Running;
      all++;
      running += runs ? 1 : 0;
      containerBytes += size;
      stoppedBytes += runs ? 0 : size;
    }
    return new DiskUse(imageRow, new Row("Containers", all, running, containerBytes, stoppedBytes));
  }

  private static long bytes(Path folder) throws IOException {
    long[] bytes = new long[1];
    /* A file with several names counts once. */
    Set<Object> counted = new HashSet<>();
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && counted.add(attributes.fileKey())) {
              bytes[0] += attributes.size();
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return bytes[0];
  }
}

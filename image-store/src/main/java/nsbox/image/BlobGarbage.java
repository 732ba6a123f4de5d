package nsbox.image;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;

/// Blobs that nothing leads to. Only files whose names are digests are blobs.
final class BlobGarbage {
  private final DiskBlobStore blobs;

  BlobGarbage(DiskBlobStore blobs) {
    this.blobs = blobs;
  }

  /// The caller holds the store's lock.
  ///
  /// @return how many bytes were removed, or would be
  long collect(Set<Digest> used, boolean remove) throws IOException {
    long bytes = 0;
    if (!Files.isDirectory(blobs.root())) {
      return 0;
    }
    try (DirectoryStream<Path> algorithms = Files.newDirectoryStream(blobs.root())) {
      for (Path algorithm : algorithms) {
        if (Files.isDirectory(algorithm, LinkOption.NOFOLLOW_LINKS)) {
          bytes += collect(algorithm, used, remove);
        }
      }
    }
    return bytes;
  }

  private static long collect(Path folder, Set<Digest> used, boolean remove) throws IOException {
    long bytes = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (isUnused(folder.getFileName() + ":" + file.getFileName(), used)) {
          bytes += Files.size(file);
          if (remove) {
            Files.delete(file);
          }
        }
      }
    }
    return bytes;
  }

  private static boolean isUnused(String name, Set<Digest> used) {
    try {
      return !used.contains(Digest.parse(name));
    } catch (InvalidDigestException e) {
      return false;
    }
  }
}

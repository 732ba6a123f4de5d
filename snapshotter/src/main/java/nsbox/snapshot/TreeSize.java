package nsbox.snapshot;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;

/// Adds up the lengths of plain files below a folder.
public final class TreeSize extends SimpleFileVisitor<Path> {
  private final Set<Object> counted = new HashSet<>();
  private long bytes;

  private TreeSize() {}

  /// 0 where the folder is not there, or goes meanwhile.
  public static long bytes(Path folder) throws IOException {
    TreeSize size = new TreeSize();
    Files.walkFileTree(folder, size);
    return size.bytes;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    if (attributes.isRegularFile() && counted.add(attributes.fileKey())) {
      bytes += attributes.size();
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
    if (failure instanceof NoSuchFileException) {
      return FileVisitResult.CONTINUE;
    }
    throw failure;
  }
}

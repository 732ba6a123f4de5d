package nsbox.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import nsbox.image.BrokenLayoutException;

/// What the user points at: a folder or a plain file, and nothing that could wait for ever.
final class ArchiveFile {
  private ArchiveFile() {}

  /// Whether a path is that of a plain file; if not, it is that of a folder. Links are followed:
  /// they are the user's own.
  ///
  /// @throws BrokenLayoutException if it is neither
  static boolean isArchive(Path path) throws IOException {
    BasicFileAttributes found;
    try {
      found = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      throw broken(path, "nothing");
    }
    if (!found.isDirectory() && !found.isRegularFile()) {
      throw broken(path, FolderFiles.kind(found));
    }
    return found.isRegularFile();
  }

  private static BrokenLayoutException broken(Path path, String actual) {
    return new BrokenLayoutException(path.toString(), "", "a folder or a tar archive", actual);
  }
}

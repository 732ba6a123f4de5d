package nsbox.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import nsbox.image.BrokenLayoutException;
import nsbox.image.LimitExceededException;
import nsbox.image.Manifest;

/// The files of somebody's folder or archive, by the names that they have there. Nothing of it is
/// believed.
sealed interface ImageFiles permits FolderFiles, Members {

  /// What people call it: the path they typed.
  String label();

  /// Whether the files lie on the store's disk and nobody else writes them.
  boolean linkable();

  /// Whether there is a plain file of this name.
  boolean contains(String name) throws IOException;

  /// Where a plain file lies.
  ///
  /// @param expected what should be there, for the failure
  /// @throws BrokenLayoutException if it is not there, or is anything else
  Path path(String name, String expected) throws IOException;

  /// Reads a document whole.
  ///
  /// @throws LimitExceededException if it is longer than [Manifest#MAX_BYTES]
  default byte[] document(String name) throws IOException {
    Path path = path(name, "a plain file");
    try (InputStream bytes = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
      byte[] document = bytes.readNBytes(Manifest.MAX_BYTES + 1);
      if (document.length > Manifest.MAX_BYTES) {
        throw tooLong(name, Files.size(path));
      }
      return document;
    }
  }

  default LimitExceededException tooLong(String name, long sizeBytes) {
    return new LimitExceededException(
        "bytes of " + label() + "/" + name, Manifest.MAX_BYTES, sizeBytes);
  }

  default BrokenLayoutException broken(String file, String expected, String actual) {
    return new BrokenLayoutException(label(), file, expected, actual);
  }
}

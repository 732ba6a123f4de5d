package nsbox.archive;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import nsbox.image.StoreFiles;

/// Makes a file or folder of the user's that shows once it is whole, and not at all if it fails.
///
/// It is written beside its place under a hidden name, forced to disk, and renamed. Only the user
/// may read it: images can hold secrets.
public final class NewFile {
  private static final String PREFIX = ".nsbox-save-";
  private static final int BUFFER_BYTES = 128 << 10;

  private NewFile() {}

  /// What writes a file.
  @FunctionalInterface
  public interface FileContent {
    void write(OutputStream out) throws IOException;
  }

  /// What fills an empty folder.
  @FunctionalInterface
  public interface FolderContent {
    void write(Path folder) throws IOException;
  }

  /// Makes a file; a plain file that is there is replaced.
  ///
  /// @throws FileAlreadyExistsException if something else is there: a folder or a device
  public static void file(Path target, FileContent content) throws IOException {
    Path place = Files.exists(target) ? target.toRealPath() : target;
    if (Files.exists(place, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(place)) {
      throw new FileAlreadyExistsException(target.toString(), null, "not a plain file");
    }
    Path parent = place.toAbsolutePath().getParent();
    Path temporary = Files.createTempFile(parent, PREFIX, "");
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
          OutputStream out =
              new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES)) {
        content.write(out);
        out.flush();
        channel.force(false);
      }
      Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
      StoreFiles.forceFolder(parent);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /// Makes a folder; an empty one that is there is replaced.
  ///
  /// @throws FileAlreadyExistsException if anything else is there
  public static void folder(Path target, FolderContent content) throws IOException {
    if (!isFree(target)) {
      throw new FileAlreadyExistsException(target.toString(), null, "not an empty folder");
    }
    Path parent = target.toAbsolutePath().getParent();
    Path temporary = Files.createTempDirectory(parent, PREFIX);
    try {
      content.write(temporary);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      StoreFiles.forceFolder(parent);
    } catch (DirectoryNotEmptyException | AtomicMoveNotSupportedException e) {
      throw new FileAlreadyExistsException(target.toString(), null, "not an empty folder");
    } finally {
      StoreFiles.removeTree(temporary);
    }
  }

  private static boolean isFree(Path target) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return true;
    }
    if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (var entries = Files.newDirectoryStream(target)) {
      return !entries.iterator().hasNext();
    }
  }
}

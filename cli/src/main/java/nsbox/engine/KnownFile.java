package nsbox.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/// A file that was opened, and that is known again under another name.
///
/// @param key that it keeps while it gets other names; nobody else's as long as it is open
public record KnownFile(FileChannel channel, Object key) implements AutoCloseable {

  /// @return null where there is no such file
  public static KnownFile open(Path path) throws IOException {
    try {
      while (true) {
        Object before = key(path);
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        if (before.equals(key(path))) {
          return new KnownFile(channel, before);
        }
        /* Renamed just now: which of the two was opened is not known. */
        channel.close();
      }
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /// The key of what has this name now.
  ///
  /// @throws NoSuchFileException if nothing has
  public static Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

package nsbox.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;

/// Keeps others from changing a container: held until it is closed, or its process ends.
public final class ContainerLock implements AutoCloseable {
  private final FileChannel channel;

  private ContainerLock(FileChannel channel) {
    this.channel = channel;
  }

  /// Waits until nobody else holds it.
  ///
  /// @throws NoSuchFileException if the container has been removed
  public static ContainerLock take(ContainerFolder folder) throws IOException {
    FileChannel channel =
        FileChannel.open(folder.lockFile(), StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    try {
      channel.lock();
      if (!Files.exists(folder.recordFile())) {
        throw new NoSuchFileException(folder.recordFile().toString());
      }
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return new ContainerLock(channel);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

package nsbox.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import nsbox.image.StoreFiles;

/// A folder that nobody else knows yet; each file is forced to disk.
record FolderTarget(Path root) implements SaveTarget {

  @Override
  public void folder(String name) throws IOException {
    StoreFiles.makeFolder(root.resolve(name));
  }

  @Override
  public void file(String name, long sizeBytes, InputStream bytes) throws IOException {
    try (FileChannel channel = StoreFiles.create(root.resolve(name));
        OutputStream out = Channels.newOutputStream(channel)) {
      bytes.transferTo(out);
      if (channel.size() != sizeBytes) {
        throw new IOException(name + ": " + channel.size() + " bytes instead of " + sizeBytes);
      }
      channel.force(false);
    }
  }
}

package nsbox.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.json.Json;
import nsbox.json.JsonException;

/// What processes work with and no name holds yet.
///
/// A lease is a line in the file `lease` of a process's ingest folder, a descriptor. It is taken
/// and looked at under the [IndexLock], so that what was found under a lease stays found. It ends
/// with its folder, or with its process.
final class Leases {
  private static final String FILE = "lease";

  private Leases() {}

  /// Adds to a folder's leases. The caller holds the lock.
  static void add(Path folder, List<Descriptor> blobs) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Descriptor blob : blobs) {
      lines.append(Json.text(blob.toJson())).append('\n');
    }
    Path file = folder.resolve(FILE);
    try (FileChannel channel = StoreFiles.openLockFile(file)) {
      channel.position(channel.size());
      ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  /// All leases of living processes. The caller holds the lock.
  static List<Descriptor> all(Path ingestParent) throws IOException {
    List<Descriptor> leased = new ArrayList<>();
    if (!Files.isDirectory(ingestParent)) {
      return leased;
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(ingestParent)) {
      for (Path folder : folders) {
        String name = folder.getFileName().toString();
        if (IngestOwner.isFolder(name) && IngestOwner.isAlive(name)) {
          read(folder.resolve(FILE), leased);
        }
      }
    }
    return leased;
  }

  private static void read(Path file, List<Descriptor> leased) throws IOException {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      return;
    }
    /* What follows the last line feed is half a line: the disk was full, and nobody got the lease. */
    int start = 0;
    for (int end; (end = text.indexOf('\n', start)) >= 0; start = end + 1) {
      byte[] line = text.substring(start, end).getBytes(StandardCharsets.UTF_8);
      try {
        leased.add(Descriptor.read(Json.parse(line, file.toString())));
      } catch (JsonException e) {
        throw new CorruptStoreException(file, "lines of descriptors", e.getMessage());
      }
    }
  }
}

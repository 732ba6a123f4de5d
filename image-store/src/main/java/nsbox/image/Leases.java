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
/// A lease is a line in the file `lease` of a process's ingest folder, a descriptor; or one in
/// `lease-layers`, what an image that is not stored yet is unpacked to. It is taken and looked at
/// under the [IndexLock], so that what was found under a lease stays found. It ends with its
/// folder, or with its process.
final class Leases {
  private static final String FILE = "lease";

  /* The diff IDs of an image whose config is not in the store yet, an image a line. */
  private static final String LAYERS = "lease-layers";

  private Leases() {}

  /// Adds to a folder's leases. The caller holds the lock.
  static void add(Path folder, List<Descriptor> blobs) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Descriptor blob : blobs) {
      lines.append(Json.text(blob.toJson())).append('\n');
    }
    append(folder.resolve(FILE), lines.toString());
  }

  /// Adds the layers of an image. The caller holds the lock.
  static void addLayers(Path folder, List<Digest> diffIds) throws IOException {
    StringBuilder line = new StringBuilder();
    for (Digest diffId : diffIds) {
      line.append(line.isEmpty() ? "" : " ").append(diffId);
    }
    append(folder.resolve(LAYERS), line.append('\n').toString());
  }

  private static void append(Path file, String lines) throws IOException {
    try (FileChannel channel = StoreFiles.openLockFile(file)) {
      channel.position(channel.size());
      ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  /// All leases of living processes. The caller holds the lock.
  static List<Descriptor> all(Path ingestParent) throws IOException {
    List<Descriptor> leased = new ArrayList<>();
    for (Path file : files(ingestParent, FILE)) {
      for (String line : lines(file)) {
        try {
          byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
          leased.add(Descriptor.read(Json.parse(bytes, file.toString())));
        } catch (JsonException e) {
          throw new CorruptStoreException(file, "lines of descriptors", e.getMessage());
        }
      }
    }
    return leased;
  }

  /// The diff IDs of each image whose layers a living process works with. The caller holds the
  /// lock.
  static List<List<Digest>> layers(Path ingestParent) throws IOException {
    List<List<Digest>> images = new ArrayList<>();
    for (Path file : files(ingestParent, LAYERS)) {
      for (String line : lines(file)) {
        List<Digest> diffIds = new ArrayList<>();
        for (String diffId : line.split(" ")) {
          try {
            diffIds.add(Digest.parse(diffId));
          } catch (InvalidDigestException e) {
            throw new CorruptStoreException(file, "lines of digests", e.getMessage());
          }
        }
        images.add(diffIds);
      }
    }
    return images;
  }

  private static List<Path> files(Path ingestParent, String name) throws IOException {
    List<Path> files = new ArrayList<>();
    if (!Files.isDirectory(ingestParent)) {
      return files;
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(ingestParent)) {
      for (Path folder : folders) {
        String owner = folder.getFileName().toString();
        if (IngestOwner.isFolder(owner) && IngestOwner.isAlive(owner)) {
          files.add(folder.resolve(name));
        }
      }
    }
    return files;
  }

  /* What follows the last line feed is half a line: the disk was full, and nobody got the lease. */
  private static List<String> lines(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    try {
      String text = Files.readString(file);
      int start = 0;
      for (int end; (end = text.indexOf('\n', start)) >= 0; start = end + 1) {
        lines.add(text.substring(start, end));
      }
    } catch (NoSuchFileException e) {
      // Nothing is leased.
    }
    return lines;
  }
}

package nsbox.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// The store's `index.json`: which names point at which manifests.
///
/// Readers take no lock: the file is replaced by a rename and is whole at any moment. Entries of
/// other tools and members that nsbox does not know stay as they are.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md#indexjson-file
///   index.json
final class StoreIndex {
  /// The annotation whose value is an image's name.
  static final String REF_NAME = "org.opencontainers.image.ref.name";

  static final String LAYOUT_VERSION = "1.0.0";
  private static final String LAYOUT = "{\"imageLayoutVersion\":\"" + LAYOUT_VERSION + "\"}";

  private final Path layout;
  private final Path file;

  StoreIndex(Path layout) {
    this.layout = layout;
    this.file = layout.resolve("index.json");
  }

  /// All entries in their order; none where no image was ever stored.
  List<Descriptor> entries() throws IOException {
    try {
      List<Descriptor> entries = new ArrayList<>();
      for (JsonObject member : read().objects("manifests")) {
        entries.add(Descriptor.read(member));
      }
      return entries;
    } catch (JsonException e) {
      throw new CorruptStoreException(file, "an image index", e.getMessage());
    }
  }

  /// To be asked before anything goes for want of a name.
  ///
  /// @throws CorruptStoreException if there was an index, and it is lost
  void checkPresent() throws CorruptStoreException {
    if (Files.exists(layout.resolve("oci-layout")) && !Files.exists(file)) {
      throw new CorruptStoreException(file, "an image index", "missing, so all would be removed");
    }
  }

  /// Replaces the entries. The caller holds the store's [IndexLock].
  ///
  /// @param temporary a path beside the layout, which is renamed over the index
  void replace(List<Descriptor> entries, Path temporary) throws IOException {
    JsonObject index = read();
    List<JsonObject> members = new ArrayList<>();
    for (Descriptor entry : entries) {
      members.add(entry.toJson());
    }
    byte[] bytes = Json.bytes(index.put("manifests", members));
    if (bytes.length > Json.MAX_BYTES) {
      throw new LimitExceededException("bytes of " + file, Json.MAX_BYTES, bytes.length);
    }
    StoreFiles.makeFolders(layout.resolve("blobs").resolve("sha256"));
    Path marker = layout.resolve("oci-layout");
    if (!Files.exists(marker)) {
      write(LAYOUT.getBytes(StandardCharsets.UTF_8), temporary, marker);
    }
    write(bytes, temporary, file);
    StoreFiles.forceFolder(layout);
  }

  private JsonObject read() throws IOException {
    try {
      if (Files.size(file) > Json.MAX_BYTES) {
        throw new LimitExceededException("bytes of " + file, Json.MAX_BYTES, Files.size(file));
      }
      return Json.parse(Files.readAllBytes(file), file.toString());
    } catch (NoSuchFileException e) {
      return new JsonObject()
          .put("schemaVersion", 2L)
          .put("mediaType", MediaType.OCI_INDEX)
          .put("manifests", List.of());
    } catch (JsonException e) {
      throw new CorruptStoreException(file, "an image index", e.getMessage());
    }
  }

  private static void write(byte[] bytes, Path temporary, Path target) throws IOException {
    try (FileChannel channel = StoreFiles.create(temporary)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(false);
    }
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
  }
}

package nsbox.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a download that was broken off may do to the store: nothing.
final class DownloadsTest {
  private static final byte[] BYTES = "a layer".getBytes(StandardCharsets.UTF_8);
  private static final Descriptor BLOB = descriptor(BYTES.length);

  @TempDir Path root;
  private ImageStore store;
  private DownloadFiles files;

  @BeforeEach
  void open() throws IOException {
    store = new ImageStore(root);
    files = new DownloadFiles(root.resolve("ingest"), BLOB.digest());
    files.makeFolders();
  }

  private static Descriptor descriptor(long sizeBytes) {
    return new Descriptor(
        "application/vnd.oci.image.layer.v1.tar", Digest.sha256(BYTES), sizeBytes);
  }

  @Test
  void publishLeavesABlobAloneThatTheStoreHas() throws IOException {
    store.blobs().put(BLOB, new ByteArrayInputStream(BYTES));
    Files.write(files.data(), new byte[BYTES.length]);
    store.downloads().publish(List.of(BLOB));
    assertArrayEquals(BYTES, store.blobs().open(BLOB).readAllBytes());
    assertFalse(Files.exists(files.data()));
  }

  @Test
  void refusesASizeThatNoBlobHas() {
    Descriptor huge = descriptor(1_000_000_000_000_000L);
    LimitExceededException thrown =
        assertThrows(LimitExceededException.class, () -> store.downloads().open(huge, () -> {}));
    assertEquals(
        "bytes of blob " + BLOB.digest() + ": 1000000000000000, at most 1099511627776 are read",
        thrown.getMessage());
    assertFalse(Files.exists(files.data()));
  }

  @Test
  void stagingADocumentReplacesADamagedOne() throws IOException {
    store.blobs().put(BLOB, new ByteArrayInputStream(BYTES));
    Path stored = root.resolve("images/blobs/sha256").resolve(BLOB.digest().hex());
    Files.write(stored, new byte[BYTES.length]);
    try (Ingest ingest = store.ingest()) {
      ingest.stage(BLOB, BYTES);
      ingest.publish();
    }
    assertArrayEquals(BYTES, store.blobs().document(BLOB));
  }
}

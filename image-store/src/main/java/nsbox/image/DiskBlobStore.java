package nsbox.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/// Blobs in the `blobs` folder of an OCI image layout.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md#blobs Blobs
final class DiskBlobStore implements BlobStore {
  private final Path blobs;
  private final Path ingestParent;
  private final Path lockFile;

  DiskBlobStore(Path blobs, Path ingestParent, Path lockFile) {
    this.blobs = blobs;
    this.ingestParent = ingestParent;
    this.lockFile = lockFile;
  }

  Path root() {
    return blobs;
  }

  Path path(Digest digest) {
    return blobs.resolve(digest.algorithm()).resolve(digest.hex());
  }

  @Override
  public boolean contains(Descriptor blob) throws IOException {
    try {
      BasicFileAttributes attributes = attributes(path(blob.digest()));
      return attributes.isRegularFile() && attributes.size() == blob.sizeBytes();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public void put(Descriptor expected, InputStream bytes) throws IOException {
    try (Ingest ingest = Ingest.open(this, ingestParent, lockFile)) {
      ingest.stage(expected, bytes, "blob");
      ingest.publish();
    }
  }

  @Override
  public InputStream open(Descriptor blob) throws IOException {
    return Files.newInputStream(checkedPath(blob));
  }

  @Override
  public byte[] document(Descriptor blob) throws IOException {
    BlobCheck.checkDocumentSize(blob);
    Path path = checkedPath(blob);
    byte[] bytes = Files.readAllBytes(path);
    try {
      BlobCheck.check(blob, bytes, path.toString());
    } catch (BlobMismatchException e) {
      throw new CorruptStoreException(
          path, expected(blob), bytes.length + " bytes with " + e.actualDigest().orElseThrow());
    }
    return bytes;
  }

  private Path checkedPath(Descriptor blob) throws IOException {
    Path path = path(blob.digest());
    try {
      BasicFileAttributes attributes = attributes(path);
      if (!attributes.isRegularFile()) {
        throw new CorruptStoreException(path, expected(blob), "not a plain file");
      }
      if (attributes.size() != blob.sizeBytes()) {
        throw new CorruptStoreException(path, expected(blob), attributes.size() + " bytes");
      }
      return path;
    } catch (NoSuchFileException e) {
      throw new CorruptStoreException(path, expected(blob), "missing");
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static String expected(Descriptor blob) {
    return blob.sizeBytes() + " bytes with " + blob.digest();
  }
}

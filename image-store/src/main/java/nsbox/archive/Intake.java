package nsbox.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageException;
import nsbox.image.Manifest;
import nsbox.image.StoreFiles;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/// One pass over a tar that may be a root filesystem: it is written down as a layer, hashed in both
/// forms, and looked at.
///
/// gzip and zstd stay as they are, byte for byte; what no layer may be compressed with is expanded.
final class Intake {
  private static final Digest SHA256 = Digest.sha256(new byte[0]);
  private static final int BUFFER_BYTES = 64 << 10;

  private final String label;
  private final MessageDigest layerHasher = SHA256.hasher();
  private final MessageDigest diffHasher = SHA256.hasher();
  private Compression compression = Compression.NONE;
  private long sizeBytes;
  private boolean marker;
  private boolean dockerManifest;

  private Intake(String label) {
    this.label = label;
  }

  /// What came: as a layer, its diff ID, and what it is.
  ///
  /// @param layer sound only where it is a root filesystem, or all was to be read
  record Result(ArchiveKind kind, Descriptor layer, Digest diffId) {}

  /// Reads a tar, plain or compressed. Does not close it.
  ///
  /// @param file to be made, for the layer
  /// @param all whether to go on once it is known that this is no root filesystem
  static Result read(InputStream archive, Path file, String label, boolean all) throws IOException {
    Intake intake = new Intake(label);
    try (FileChannel channel = StoreFiles.create(file)) {
      intake.read(archive, channel, FreeSpace.of(file.getParent(), label), all);
    }
    Descriptor layer =
        new Descriptor(
            intake.compression.layerMediaType(),
            SHA256.finished(intake.layerHasher),
            intake.sizeBytes);
    return new Result(intake.kind(), layer, SHA256.finished(intake.diffHasher));
  }

  private void read(InputStream archive, FileChannel channel, FreeSpace space, boolean all)
      throws IOException {
    InputStream raw = Compression.buffered(archive);
    Compression found = Compression.of(raw);
    InputStream plain;
    if (found.isForLayers()) {
      compression = found;
      raw = new Written(raw, channel, space);
      plain = new Hashed(ArchiveReader.open(raw, label), diffHasher);
    } else {
      raw = new Written(ArchiveReader.open(raw, label), channel, space);
      plain = new Hashed(raw, diffHasher);
    }
    ArchiveReader.readPlain(plain, label, (member, name, bytes) -> look(member, name, bytes, all));
    if (all || !marker) {
      drain(plain);
      drain(raw);
    }
  }

  private boolean look(TarArchiveEntry member, String name, InputStream bytes, boolean all)
      throws IOException {
    if (member.isFile() && name.equals(OciLayout.MARKER)) {
      marker = true;
    } else if (member.isFile()
        && name.equals(DockerArchive.MANIFEST)
        && member.getSize() <= Manifest.MAX_BYTES) {
      dockerManifest |= isDockers(bytes.readAllBytes());
    }
    return all || !marker;
  }

  private static boolean isDockers(byte[] manifest) {
    try {
      List<JsonObject> images = Json.parseList(manifest, DockerArchive.MANIFEST);
      return !images.isEmpty() && images.getFirst().has("Config");
    } catch (JsonException e) {
      return false;
    }
  }

  private ArchiveKind kind() {
    if (marker) {
      return ArchiveKind.OCI_LAYOUT;
    }
    return dockerManifest ? ArchiveKind.DOCKER_ARCHIVE : ArchiveKind.ROOT_FILESYSTEM;
  }

  /// What follows the end of the archive belongs to the layer too.
  private void drain(InputStream bytes) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      while (bytes.read(buffer) >= 0) {
        // Hashed and written on the way.
      }
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      throw ArchiveReader.unreadable(label, e);
    }
  }

  /// Hashes what is read through it, and reads what is skipped.
  private static class Hashed extends FilterInputStream {
    private final MessageDigest hasher;

    Hashed(InputStream in, MessageDigest hasher) {
      super(in);
      this.hasher = hasher;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = in.read(into, offset, length);
      if (count > 0) {
        hasher.update(into, offset, count);
      }
      return count;
    }

    @Override
    public long skip(long bytes) throws IOException {
      byte[] skipped = new byte[Math.clamp(bytes, 1, BUFFER_BYTES)];
      return Math.max(0, read(skipped, 0, (int) Math.min(bytes, skipped.length)));
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }

  /// Writes the layer with what is read through it.
  private final class Written extends Hashed {
    private final FileChannel channel;
    private final FreeSpace space;

    private Written(InputStream in, FileChannel channel, FreeSpace space) {
      super(in, layerHasher);
      this.channel = channel;
      this.space = space;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = super.read(into, offset, length);
      if (count > 0) {
        space.take(count);
        sizeBytes += count;
        ByteBuffer piece = ByteBuffer.wrap(into, offset, count);
        while (piece.hasRemaining()) {
          channel.write(piece);
        }
      }
      return count;
    }
  }
}

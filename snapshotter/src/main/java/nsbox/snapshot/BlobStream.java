package nsbox.snapshot;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import nsbox.linux.Inflate;

/// The bytes of a layer as they are stored, in one direct buffer after the other, digested on their
/// way where the layer says so.
final class BlobStream implements ByteStream, Closeable {
  private static final int PART_BYTES = 128 * 1024;
  private static final int MAGIC_BYTES = 4;

  private final Layer layer;
  private final InputStream in;
  private final MessageDigest digest;
  private final byte[] part = new byte[PART_BYTES];

  /// Before the position stands what came before, as [Inflate] wants it.
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(Inflate.HISTORY_BYTES + PART_BYTES)
          .limit(Inflate.HISTORY_BYTES)
          .position(Inflate.HISTORY_BYTES);

  private long countBytes;

  BlobStream(Layer layer) throws IOException {
    this.layer = layer;
    this.digest = layer.blobDigest() == null ? null : layer.blobDigest().get();
    this.in = layer.blob().open();
  }

  /// Whether the blob begins with these bytes. To be asked first of all.
  boolean beginsWith(int... magic) throws IOException {
    if (countBytes == 0) {
      refill(in.readNBytes(part, 0, MAGIC_BYTES));
    }
    boolean same = buffer.remaining() >= magic.length;
    for (int i = 0; same && i < magic.length; i++) {
      same = Byte.toUnsignedInt(buffer.get(buffer.position() + i)) == magic[i];
    }
    return same;
  }

  /// What has come and was not consumed yet: whoever consumes moves the position.
  ByteBuffer buffer() {
    return buffer;
  }

  /// Gets more when the buffer is consumed.
  ///
  /// @return false at the end
  boolean fill() throws IOException {
    return refill(Math.max(0, in.read(part, 0, part.length)));
  }

  private boolean refill(int count) throws LayerException {
    if (count == 0) {
      return false;
    }
    long history = buffer.getLong(buffer.limit() - Inflate.HISTORY_BYTES);
    buffer.clear().putLong(history).put(part, 0, count).flip().position(Inflate.HISTORY_BYTES);
    countBytes += count;
    if (digest != null) {
      if (countBytes > layer.sizeBytes()) {
        throw damaged("more than " + layer.sizeBytes() + " bytes came");
      }
      digest.update(buffer);
      buffer.position(Inflate.HISTORY_BYTES);
    }
    return true;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (!buffer.hasRemaining() && !fill()) {
      return -1;
    }
    int count = Math.min(buffer.remaining(), into.remaining());
    into.put(into.position(), buffer, buffer.position(), count);
    into.position(into.position() + count);
    buffer.position(buffer.position() + count);
    return count;
  }

  /// The same for libraries that want arrays.
  InputStream asInputStream() {
    return new InputStream() {
      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        if (!buffer.hasRemaining() && !fill()) {
          return -1;
        }
        int count = Math.min(buffer.remaining(), length);
        buffer.get(into, offset, count);
        return count;
      }

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
      }
    };
  }

  /// Reads what is left and compares, where the layer is to be compared.
  void verify() throws IOException {
    if (digest == null) {
      return;
    }
    do {
      buffer.position(buffer.limit());
    } while (fill());
    if (countBytes != layer.sizeBytes()) {
      throw damaged(countBytes + " bytes came instead of " + layer.sizeBytes());
    }
    String algorithm = layer.digest().substring(0, layer.digest().indexOf(':') + 1);
    String actual = algorithm + HexFormat.of().formatHex(digest.digest());
    if (!actual.equals(layer.digest())) {
      throw damaged("its bytes have the digest " + actual);
    }
  }

  private LayerException damaged(String found) {
    return new LayerException.Damaged(layer.digest(), found);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}

package nsbox.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;

/// A download's bytes in order, checked against its descriptor on the way.
final class ArrivingBytes extends InputStream {
  private final Download download;
  private final Descriptor blob;
  private final MessageDigest hasher;
  private long position;
  private long available;
  private boolean ended;

  ArrivingBytes(Download download) {
    this.download = download;
    this.blob = download.blob();
    this.hasher = blob.digest().hasher();
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (ended || length == 0) {
      return ended ? -1 : 0;
    }
    if (position == blob.sizeBytes()) {
      end();
      return -1;
    }
    if (position == available) {
      available = download.await(position);
    }
    int wanted = (int) Math.min(length, available - position);
    int count = download.read(ByteBuffer.wrap(into, offset, wanted), position);
    if (count <= 0) {
      throw new IOException("bytes of " + blob.digest() + " that had arrived are gone");
    }
    hasher.update(into, offset, count);
    position += count;
    return count;
  }

  private void end() throws IOException {
    Digest actual = blob.digest().finished(hasher);
    ended = true;
    if (!actual.equals(blob.digest())) {
      download.discard();
      throw new BlobMismatchException(
          "blob " + blob.digest(), blob, blob.sizeBytes(), Optional.of(actual));
    }
    download.complete();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }
}

package nsbox.transfer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import nsbox.image.Descriptor;

/// Tells a listener how much of a blob has been read.
final class Counted extends FilterInputStream {
  private final Descriptor blob;
  private final TransferListener listener;
  private long done;

  Counted(InputStream bytes, Descriptor blob, TransferListener listener) {
    super(bytes);
    this.blob = blob;
    this.listener = listener;
    listener.advanced(blob, 0);
  }

  @Override
  public int read() throws IOException {
    int one = super.read();
    count(one < 0 ? -1 : 1);
    return one;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = super.read(into, offset, length);
    count(count);
    return count;
  }

  private void count(int bytes) {
    if (bytes > 0) {
      done += bytes;
      listener.advanced(blob, done);
    }
  }
}

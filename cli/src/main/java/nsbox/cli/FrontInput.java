package nsbox.cli;

import java.io.IOException;
import java.io.InputStream;
import nsbox.engine.Front;

/// The user's standard input, asked from the front piece by piece.
public final class FrontInput extends InputStream {
  private final Front front;
  private final byte[] buffer = new byte[1 << 16];
  private int at;
  private int end;

  public FrontInput(Front front) {
    this.front = front;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (at == end) {
      at = 0;
      end = front.read(buffer);
      if (end == 0) {
        return -1;
      }
    }
    int count = Math.min(length, end - at);
    System.arraycopy(buffer, at, into, offset, count);
    at += count;
    return count;
  }
}

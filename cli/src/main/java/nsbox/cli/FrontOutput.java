package nsbox.cli;

import java.io.IOException;
import java.io.OutputStream;
import nsbox.engine.Front;

/// The user's standard output, for bytes in large amounts.
public final class FrontOutput extends OutputStream {
  private final Front front;
  private final byte[] buffer = new byte[1 << 16];
  private int end;

  public FrontOutput(Front front) {
    this.front = front;
  }

  @Override
  public void write(int one) throws IOException {
    if (end == buffer.length) {
      flush();
    }
    buffer[end++] = (byte) one;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int from = offset;
    int left = length;
    while (left > 0) {
      if (end == buffer.length) {
        flush();
      }
      int count = Math.min(left, buffer.length - end);
      System.arraycopy(bytes, from, buffer, end, count);
      end += count;
      from += count;
      left -= count;
    }
  }

  @Override
  public void flush() throws IOException {
    if (end > 0) {
      front.write(false, buffer, end);
      end = 0;
    }
  }
}

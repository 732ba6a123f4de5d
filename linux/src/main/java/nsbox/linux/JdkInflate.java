package nsbox.linux;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// The JDK's way, which is zlib's.
final class JdkInflate implements Inflate {
  private final Inflater inflater = new Inflater(true);

  @Override
  public void inflate(ByteBuffer in, ByteBuffer out) throws DataFormatException {
    inflater.setInput(in);
    inflater.inflate(out);
    if (inflater.needsDictionary()) {
      throw new DataFormatException("a dictionary is needed");
    }
  }

  @Override
  public boolean finished() {
    return inflater.finished();
  }

  @Override
  public void reset() {
    inflater.reset();
  }

  @Override
  public void close() {
    inflater.end();
  }
}

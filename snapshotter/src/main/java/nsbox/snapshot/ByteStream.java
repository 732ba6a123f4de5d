package nsbox.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/// Bytes that are laid into direct buffers, where the kernel and C libraries take them from.
interface ByteStream {
  /// Reads into the buffer's room, which is not empty, and moves its position.
  ///
  /// @return how many bytes, at least 1; or -1 at the end
  int read(ByteBuffer into) throws IOException;

  static ByteStream of(InputStream in) {
    byte[] part = new byte[64 * 1024];
    return into -> {
      int count = in.read(part, 0, Math.min(part.length, into.remaining()));
      into.put(part, 0, Math.max(0, count));
      return count;
    };
  }
}

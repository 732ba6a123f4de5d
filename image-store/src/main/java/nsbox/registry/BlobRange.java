package nsbox.registry;

import java.io.IOException;
import java.io.InputStream;

/// Bytes of a blob on their way. Nothing about them has been checked.
///
/// @param from the first byte that comes: what was asked for, or 0 where the server knows no ranges
/// @param ranged whether the server honoured the range
/// @param bytes ends after the last byte that was asked for, or early; closing it gives up the rest
public record BlobRange(long from, boolean ranged, InputStream bytes) implements AutoCloseable {
  @Override
  public void close() throws IOException {
    bytes.close();
  }
}

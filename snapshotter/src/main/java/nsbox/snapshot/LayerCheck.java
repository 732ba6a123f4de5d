package nsbox.snapshot;

import java.io.IOException;

/// Reads a layer as unpacking it would, and keeps nothing.
public final class LayerCheck {
  private LayerCheck() {}

  /// @throws LayerException if the blob cannot be decompressed, or does not come to the diff ID
  public static void check(Layer layer) throws IOException {
    try (LayerStream stream = new LayerStream(layer)) {
      stream.verify();
    }
  }
}

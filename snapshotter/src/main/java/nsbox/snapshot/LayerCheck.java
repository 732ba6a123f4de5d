package nsbox.snapshot;

import java.io.IOException;

/// Reads a layer as unpacking it would, and keeps nothing.
public final class LayerCheck {
  private LayerCheck() {}

  /// @throws LayerException if the blob cannot be decompressed, expands too far, or does not come
  ///   to the diff ID
  public static void check(Layer layer, LayerLimits limits) throws IOException {
    try (LayerStream stream = new LayerStream(layer, new LayerBudget(layer, limits))) {
      stream.verify();
    }
  }
}

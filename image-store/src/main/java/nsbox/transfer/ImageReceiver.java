package nsbox.transfer;

import java.io.IOException;
import java.io.InputStream;
import nsbox.image.ImageConfig;
import nsbox.image.ImageManifest;

/// Takes an image's layers while they arrive.
public interface ImageReceiver {

  /// Takes what it needs of the layers, in any order and from several threads, and returns when it
  /// has them all. An exception ends the pull, and nothing is named.
  void receive(ImageManifest manifest, ImageConfig config, Layers layers) throws IOException;

  /// The layers as they are stored, compressed as a rule.
  interface Layers {

    /// Opens a layer. Reading waits for bytes that are still on their way; who has read to the end
    /// has read the right bytes.
    ///
    /// @param index 0 is the lowest layer
    InputStream open(int index) throws IOException;
  }
}

package nsbox.image;

import java.io.IOException;
import java.io.InputStream;

/// Takes an image's layers before the image has a name: while they arrive, or when they are there.
public interface ImageReceiver {

  /// Takes what it needs of the layers, in any order and from several threads, and returns when it
  /// has them all. Each layer that it opens it reads to the end, and compares with its diff ID, if
  /// nobody else is taking the same layer at that time.
  ///
  /// @throws IOException to end the whole: then nothing is named
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

package nsbox.snapshot;

import java.io.IOException;
import java.io.InputStream;

/// One layer of an image, to be unpacked.
///
/// @param mediaType of the blob; the compression is read from its first bytes, as all peers do
/// @param digest of the bytes as stored; only to name the layer, checked where the blob was stored
/// @param diffId of the uncompressed tar; checked before the snapshot becomes visible
/// @param sizeBytes length of the blob, which bounds how far it may expand
/// @param blob opens the bytes as stored; the caller of `open` closes them
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md
public record Layer(String mediaType, String digest, String diffId, long sizeBytes, Source blob) {
  /// Where the bytes come from, opened when they are needed.
  @FunctionalInterface
  public interface Source {
    InputStream open() throws IOException;
  }
}

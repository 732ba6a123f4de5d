package nsbox.e2e.layers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;
import nsbox.e2e.Layout;

/// A layer as an image brings it.
///
/// @param blob as it is stored
/// @param diffId as the configuration says it, true or not, without the algorithm
public record LayerBlob(String mediaType, byte[] blob, String diffId) {
  private static final String TYPE = ImageLayout.TYPE + "layer.v1.tar";

  static LayerBlob plain(byte[] tar) {
    return new LayerBlob(TYPE, tar, Layout.sha256(tar));
  }

  static LayerBlob gzip(byte[] tar) throws IOException {
    return gzip(gzipped(tar), tar);
  }

  static LayerBlob gzip(byte[] blob, byte[] tar) {
    return new LayerBlob(TYPE + "+gzip", blob, Layout.sha256(tar));
  }

  static LayerBlob zstd(byte[] blob, byte[] tar) {
    return new LayerBlob(TYPE + "+zstd", blob, Layout.sha256(tar));
  }

  public String digest() {
    return "sha256:" + Layout.sha256(blob);
  }

  static byte[] gzipped(byte[] tar) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(tar);
    }
    return bytes.toByteArray();
  }
}

package nsbox.archive;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/// How bytes are compressed: told by their first ones, never by a name or a media type.
enum Compression {
  NONE("", new int[0]),
  GZIP("+gzip", new int[] {0x1f, 0x8b}),
  ZSTD("+zstd", new int[] {0x28, 0xb5, 0x2f, 0xfd}),
  XZ("", new int[] {0xfd, '7', 'z', 'X', 'Z', 0}),
  BZIP2("", new int[] {'B', 'Z', 'h'});

  private static final int BUFFER_BYTES = 128 << 10;
  private static final int MAGIC_BYTES = 6;

  /* xz -9 needs 65 MiB; a header may ask for 4 GiB. */
  private static final int XZ_MEMORY_KIB = 96 << 10;

  private final String suffix;
  private final int[] magic;

  Compression(String suffix, int[] magic) {
    this.suffix = suffix;
    this.magic = magic;
  }

  /// The media type of a layer that is stored so.
  ///
  /// @throws IllegalStateException for a compression that layers do not have
  String layerMediaType() {
    if (!isForLayers()) {
      throw new IllegalStateException("no layer is stored in " + this);
    }
    return "application/vnd.oci.image.layer.v1.tar" + suffix;
  }

  /// Whether a layer in this compression may stay as it is.
  boolean isForLayers() {
    return this != XZ && this != BZIP2;
  }

  /// @param bytes to be looked at and left as they are; supports marks
  static Compression of(InputStream bytes) throws IOException {
    bytes.mark(MAGIC_BYTES);
    byte[] head = bytes.readNBytes(MAGIC_BYTES);
    bytes.reset();
    for (Compression candidate : values()) {
      if (candidate != NONE && startsWith(head, candidate.magic)) {
        return candidate;
      }
    }
    return NONE;
  }

  /// A stream whose first bytes can be looked at.
  static InputStream buffered(InputStream bytes) {
    return new BufferedInputStream(bytes, BUFFER_BYTES);
  }

  /// The bytes as they were before they were compressed, several streams in a row as one.
  InputStream expand(InputStream bytes) throws IOException {
    return switch (this) {
      case NONE -> bytes;
      case GZIP -> new GZIPInputStream(bytes, BUFFER_BYTES);
      case ZSTD -> new ZstdInputStreamNoFinalizer(bytes);
      case XZ -> new XZInputStream(bytes, XZ_MEMORY_KIB);
      case BZIP2 -> new BZip2CompressorInputStream(bytes, true);
    };
  }

  private static boolean startsWith(byte[] bytes, int[] magic) {
    for (int i = 0; i < magic.length; i++) {
      if (bytes.length <= i || Byte.toUnsignedInt(bytes[i]) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}

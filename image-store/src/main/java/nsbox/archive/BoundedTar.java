package nsbox.archive;

import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// Reads tar, and refuses extended headers that would fill the memory.
///
/// Commons Compress reads PAX headers and GNU long names whole before it gives an entry, however
/// long they claim to be.
final class BoundedTar extends TarArchiveInputStream {
  private static final int MAX_HEADER_BYTES = 1 << 20;
  private static final int SIZE_START = 124;
  private static final int SIZE_END = 136;
  private static final int TYPE = 156;
  private static final String EXTENDED_TYPES = "xgXLK";

  private long recordsRead;

  BoundedTar(InputStream in) {
    super(in);
  }

  @Override
  protected byte[] readRecord() throws IOException {
    byte[] header = super.readRecord();
    recordsRead += header == null ? 0 : 1;
    if (header != null
        && header.length > TYPE
        && EXTENDED_TYPES.indexOf(header[TYPE]) >= 0
        && sizeBytes(header) > MAX_HEADER_BYTES) {
      throw new IOException("an extended header above " + MAX_HEADER_BYTES + " bytes");
    }
    return header;
  }

  /// How many records of headers came, the empty ones at the end included: none from nothing.
  long recordsRead() {
    return recordsRead;
  }

  /// The size in octal digits; a number in any other notation counts as too large.
  private static long sizeBytes(byte[] header) {
    long size = 0;
    for (int i = SIZE_START; i < SIZE_END; i++) {
      byte c = header[i];
      if (c >= '0' && c <= '7') {
        size = size * 8 + (c - '0');
      } else if (c != ' ' && c != 0) {
        return Long.MAX_VALUE;
      }
    }
    return size;
  }
}

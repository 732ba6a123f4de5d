package nsbox.snapshot;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Inflates gzip as layers come: several members in a row, and zeros after the last.
///
/// The JDK's stream passes over whatever follows the last member; that of Commons Compress refuses
/// zeros there, which real layers have. Garbage must be refused and zeros must not.
///
/// @spec https://www.rfc-editor.org/rfc/rfc1952
final class GzipStream extends InputStream {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;

  private final InputStream in;
  private final String layerDigest;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;
  private boolean ended;

  GzipStream(InputStream in, String layerDigest) throws IOException {
    this.in = in;
    this.layerDigest = layerDigest;
    readHeader();
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    while (!ended && length > 0) {
      int count = inflate(into, offset, length);
      if (count > 0) {
        crc.update(into, offset, count);
        return count;
      }
      if (inflater.finished()) {
        endMember();
      } else if (inflater.needsInput() && !fill()) {
        throw damaged("gzip ends in the middle");
      } else if (inflater.needsDictionary()) {
        throw damaged("gzip asks for a dictionary");
      }
    }
    return ended ? -1 : 0;
  }

  private int inflate(byte[] into, int offset, int length) throws IOException {
    try {
      int before = inflater.getRemaining();
      if (before == 0 && position < limit) {
        inflater.setInput(buffer, position, limit - position);
        position = limit;
      }
      return inflater.inflate(into, offset, length);
    } catch (DataFormatException e) {
      throw damaged("gzip is broken: " + e.getMessage());
    }
  }

  private void endMember() throws IOException {
    position = limit - inflater.getRemaining();
    if (readInt() != (int) crc.getValue()) {
      throw damaged("gzip has a wrong checksum");
    }
    if (readInt() != (int) inflater.getBytesWritten()) {
      throw damaged("gzip has a wrong length");
    }
    inflater.reset();
    crc.reset();
    if (position == limit && !fill()) {
      ended = true;
    } else if (buffer[position] == 0) {
      readPadding();
      ended = true;
    } else {
      readHeader();
    }
  }

  private void readPadding() throws IOException {
    do {
      while (position < limit) {
        if (buffer[position++] != 0) {
          throw damaged("gzip is followed by something else");
        }
      }
    } while (fill());
  }

  private void readHeader() throws IOException {
    if (readByte() != 0x1f || readByte() != 0x8b || readByte() != 8) {
      throw damaged("gzip is followed by something else");
    }
    int flags = readByte();
    skip(6);
    if ((flags & EXTRA) != 0) {
      skip(readByte() | readByte() << 8);
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CRC) != 0) {
      skip(2);
    }
  }

  private void skip(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      readByte();
    }
  }

  private void skipText() throws IOException {
    while (readByte() != 0) {
      // The text is for people who look into the file.
    }
  }

  private int readInt() throws IOException {
    return readByte() | readByte() << 8 | readByte() << 16 | readByte() << 24;
  }

  private int readByte() throws IOException {
    if (position == limit && !fill()) {
      throw damaged("gzip ends in the middle");
    }
    return Byte.toUnsignedInt(buffer[position++]);
  }

  private boolean fill() throws IOException {
    limit = Math.max(0, in.read(buffer, 0, buffer.length));
    position = 0;
    return limit > 0;
  }

  private LayerException damaged(String found) {
    return new LayerException.Damaged(layerDigest, found);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}

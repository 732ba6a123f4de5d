package nsbox.snapshot;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import nsbox.linux.Inflate;

/// Inflates gzip as layers come: several members in a row, and zeros after the last.
///
/// The JDK's stream passes over whatever follows the last member; that of Commons Compress refuses
/// zeros there, which real layers have. Garbage must be refused and zeros must not.
///
/// @spec https://www.rfc-editor.org/rfc/rfc1952
final class GzipStream implements ByteStream, Closeable {
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;

  private final BlobStream in;
  private final String layerDigest;
  private final Inflate inflate;
  private final CRC32 crc = new CRC32();
  private int lengthBytes;
  private boolean ended;

  /// @param inflate closed with this
  GzipStream(BlobStream in, Inflate inflate, String layerDigest) {
    this.in = in;
    this.inflate = inflate;
    this.layerDigest = layerDigest;
  }

  /// To be called once, before the first read.
  void readHeader() throws IOException {
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

  @Override
  public int read(ByteBuffer into) throws IOException {
    while (!ended) {
      int count = inflate(into);
      if (inflate.finished()) {
        endMember();
      }
      if (count > 0) {
        return count;
      }
    }
    return -1;
  }

  private int inflate(ByteBuffer into) throws IOException {
    ByteBuffer deflated = in.buffer();
    int before = into.position();
    int consumed = deflated.position();
    try {
      inflate.inflate(deflated, into);
    } catch (DataFormatException e) {
      throw damaged("gzip is broken: " + e.getMessage());
    }
    int count = into.position() - before;
    if (count > 0) {
      crc.update(into.duplicate().flip().position(before));
      lengthBytes += count;
    } else if (!inflate.finished() && deflated.position() == consumed) {
      if (deflated.hasRemaining()) {
        throw damaged("gzip is broken: it does not go on");
      } else if (!in.fill()) {
        throw damaged("gzip ends in the middle");
      }
    }
    return count;
  }

  private void endMember() throws IOException {
    if (readInt() != (int) crc.getValue()) {
      throw damaged("gzip has a wrong checksum");
    }
    if (readInt() != lengthBytes) {
      throw damaged("gzip has a wrong length");
    }
    inflate.reset();
    crc.reset();
    lengthBytes = 0;
    if (!in.buffer().hasRemaining() && !in.fill()) {
      ended = true;
    } else if (in.buffer().get(in.buffer().position()) == 0) {
      readPadding();
      ended = true;
    } else {
      readHeader();
    }
  }

  private void readPadding() throws IOException {
    do {
      while (in.buffer().hasRemaining()) {
        if (in.buffer().get() != 0) {
          throw damaged("gzip is followed by something else");
        }
      }
    } while (in.fill());
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
    if (!in.buffer().hasRemaining() && !in.fill()) {
      throw damaged("gzip ends in the middle");
    }
    return Byte.toUnsignedInt(in.buffer().get());
  }

  private LayerException damaged(String found) {
    return new LayerException.Damaged(layerDigest, found);
  }

  @Override
  public void close() {
    inflate.close();
  }
}

package nsbox.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import nsbox.linux.Timestamp;

/// Reads a layer's tar entry by entry.
///
/// It is our own because layers need what Commons Compress does not give: names and attribute
/// values as bytes (its strings destroy file capabilities), wrong checksums refused, global headers
/// ignored, owners above 2^31, and links whose header claims a size. Where dialects leave a choice
/// it does what Go's archive/tar does, since that is what made and checked nearly every layer there
/// is.
final class TarReader {
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int META_LIMIT_BYTES = 1 << 20;
  private static final int NAME_LIMIT_BYTES = 4096;
  private static final int ENTRY_LIMIT = 2_000_000;
  private static final byte[] NO_BYTES = {};

  private final ByteStream in;
  private final String layerDigest;

  /// What has come and was not taken stands between its position and its limit.
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);

  private final byte[] block = new byte[TarHeader.BYTES];
  private long contentLeft;
  private int padding;
  private int entries;

  TarReader(ByteStream in, String layerDigest) {
    this.in = in;
    this.layerDigest = layerDigest;
  }

  /// The next entry, after what is left of the content of this one; null at the end.
  TarEntry next() throws IOException {
    skipContent();
    PaxRecords pax = null;
    byte[] longName = null;
    byte[] longLink = null;
    while (true) {
      TarHeader header = readHeader();
      if (header == null) {
        return null;
      }
      try {
        switch (header.type()) {
          case 'x', 'X' -> pax = PaxRecords.parse(readMeta(header));
          case 'g' -> readMeta(header);
          case 'L' -> longName = untilZero(readMeta(header));
          case 'K' -> longLink = untilZero(readMeta(header));
          default -> {
            return entry(header, pax == null ? new PaxRecords() : pax, longName, longLink);
          }
        }
      } catch (IllegalArgumentException e) {
        throw damaged("tar header: " + e.getMessage());
      }
    }
  }

  /// The next part of the entry's content, direct, to be used before the next call; null at its
  /// end.
  ByteBuffer chunk() throws IOException {
    if (contentLeft == 0) {
      return null;
    }
    if (!buffer.hasRemaining()) {
      require(1);
    }
    int count = (int) Math.min(contentLeft, buffer.remaining());
    ByteBuffer chunk = buffer.slice(buffer.position(), count);
    buffer.position(buffer.position() + count);
    contentLeft -= count;
    return chunk;
  }

  private void skipContent() throws IOException {
    while (contentLeft > 0) {
      if (!buffer.hasRemaining()) {
        require(1);
      }
      int count = (int) Math.min(contentLeft, buffer.remaining());
      buffer.position(buffer.position() + count);
      contentLeft -= count;
    }
    if (padding > 0) {
      require(padding);
      buffer.position(buffer.position() + padding);
      padding = 0;
    }
  }

  private TarHeader readHeader() throws IOException {
    if (++entries > ENTRY_LIMIT) {
      throw new LayerException.TooLarge(layerDigest, "entries", ENTRY_LIMIT);
    }
    if (!buffer.hasRemaining() && !fill(1)) {
      return null;
    }
    require(TarHeader.BYTES);
    buffer.get(block);
    TarHeader header = new TarHeader(block);
    if (header.isZero()) {
      return null;
    }
    try {
      if (!header.hasRightChecksum()) {
        throw damaged("tar header has a wrong checksum");
      }
      contentLeft = header.sizeBytes();
    } catch (IllegalArgumentException e) {
      throw damaged("tar header: " + e.getMessage());
    }
    setContent(hasContent(header.type()) ? contentLeft : 0);
    return header;
  }

  /// Some writers repeat the size of a link's target in the link's header, without its content.
  private static boolean hasContent(char type) {
    return type < TarEntry.HARD_LINK || type > TarEntry.FIFO;
  }

  private void setContent(long sizeBytes) throws LayerException {
    if (sizeBytes < 0) {
      throw damaged("tar header has a negative size");
    }
    contentLeft = sizeBytes;
    padding = (int) (-sizeBytes & TarHeader.BYTES - 1);
  }

  private byte[] readMeta(TarHeader header) throws IOException {
    if (contentLeft > META_LIMIT_BYTES) {
      throw new LayerException.TooLarge(
          layerDigest, "bytes in a header of type " + header.type(), META_LIMIT_BYTES);
    }
    byte[] meta = new byte[(int) contentLeft];
    int done = 0;
    for (ByteBuffer chunk; (chunk = chunk()) != null; ) {
      int count = chunk.remaining();
      chunk.get(meta, done, count);
      done += count;
    }
    skipContent();
    return meta;
  }

  private TarEntry entry(TarHeader header, PaxRecords pax, byte[] longName, byte[] longLink)
      throws LayerException {
    byte[] name = first(longName, pax.path, header.name());
    byte[] link = first(longLink, pax.linkPath, header.link());
    char type = header.type();
    if (type == 0) {
      boolean directory = name.length > 0 && name[name.length - 1] == '/';
      type = directory ? TarEntry.DIRECTORY : TarEntry.REGULAR;
    } else if (type == '7') {
      type = TarEntry.REGULAR;
    }
    if (type == 'S' || pax.sparse) {
      throw bad(name, "a sparse file, which is not supported");
    }
    if (type < TarEntry.REGULAR || type > TarEntry.FIFO) {
      throw bad(name, "of the unknown type " + type);
    }
    if (name.length > NAME_LIMIT_BYTES || link.length > NAME_LIMIT_BYTES) {
      throw new LayerException.TooLarge(layerDigest, "bytes in a name", NAME_LIMIT_BYTES);
    }
    if (pax.sizeBytes != null && hasContent(type)) {
      setContent(pax.sizeBytes);
    }
    return new TarEntry(
        type,
        name,
        link,
        header.permissions(),
        owner(name, pax.uid != null ? pax.uid : header.uid()),
        owner(name, pax.gid != null ? pax.gid : header.gid()),
        contentLeft,
        pax.modified != null ? pax.modified : new Timestamp(header.modifiedSeconds(), 0),
        header.major(),
        header.minor(),
        pax.attributes.isEmpty() ? List.of() : pax.attributes);
  }

  /// 2^32 - 1 means "leave as it is" to chown(2), so it is no owner.
  private long owner(byte[] name, long id) throws LayerException {
    if (id < 0 || id >= 0xffffffffL) {
      throw bad(name, "owned by " + id + ", which is no user or group");
    }
    return id;
  }

  private static byte[] first(byte[] gnu, byte[] pax, byte[] header) {
    return gnu != null ? gnu : pax != null ? pax : header;
  }

  private static byte[] untilZero(byte[] bytes) {
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return end == 0 ? NO_BYTES : Arrays.copyOf(bytes, end);
  }

  private void require(int count) throws IOException {
    if (buffer.remaining() < count && !fill(count)) {
      throw damaged("tar ends in the middle of an entry");
    }
  }

  /// Moves what is left to the front and reads until `count` bytes are there.
  private boolean fill(int count) throws IOException {
    buffer.compact();
    try {
      while (buffer.position() < count) {
        if (in.read(buffer) < 0) {
          return false;
        }
      }
      return true;
    } finally {
      buffer.flip();
    }
  }

  private LayerException damaged(String found) {
    return new LayerException.Damaged(layerDigest, found);
  }

  private LayerException bad(byte[] name, String found) {
    return new LayerException.BadEntry(layerDigest, TarEntry.text(name), found);
  }
}

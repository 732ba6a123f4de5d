package nsbox.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
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

  /// Between two entries, so that an archive cannot go on for ever without an entry.
  private static final int META_COUNT_LIMIT = 1000;

  private static final int MAJOR_LIMIT = 1 << 12;
  private static final int MINOR_LIMIT = 1 << 20;
  private static final byte[] NO_BYTES = {};

  private final ByteStream in;
  private final LayerBudget budget;
  private final String layerDigest;

  /// What has come and was not taken stands between its position and its limit.
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);

  private final byte[] block = new byte[TarHeader.BYTES];
  private long contentLeft;
  private int padding;

  /// For failures: the name of the last entry, and whether its content is still being read.
  private byte[] lastName;

  private boolean inContent;

  /// @param budget what entries and holes count against
  TarReader(ByteStream in, LayerBudget budget) {
    this.in = in;
    this.budget = budget;
    this.layerDigest = budget.layerDigest();
  }

  /// The next entry, after what is left of the content of this one; null at the end.
  ///
  /// @throws LayerException that says where in the archive it was met
  TarEntry next() throws IOException {
    skipContent();
    inContent = false;
    PaxRecords pax = null;
    byte[] longName = null;
    byte[] longLink = null;
    for (int count = 0; count <= META_COUNT_LIMIT; count++) {
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
    throw damaged("tar has more than " + META_COUNT_LIMIT + " extended headers in a row");
  }

  /// Reads what follows the archive's end and ignores it.
  void drain() throws IOException {
    do {
      buffer.position(buffer.limit());
    } while (fill(1));
  }

  /// The next part of the entry's content, direct, to be used before the next call; null at its
  /// end.
  ByteBuffer chunk() throws IOException {
    return contentLeft == 0 ? null : chunk(contentLeft);
  }

  /// As [#chunk()], where content is known to be left.
  ///
  /// @param limitBytes how long the part may be, from 1 to what is left
  ByteBuffer chunk(long limitBytes) throws IOException {
    if (!buffer.hasRemaining()) {
      require(1);
    }
    int count = (int) Math.min(limitBytes, buffer.remaining());
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
    if (padding > 0 && buffer.remaining() < padding) {
      /* Behind the last entry some writers leave it out. */
      fill(padding);
    }
    buffer.position(buffer.position() + Math.min(padding, buffer.remaining()));
    padding = 0;
  }

  private TarHeader readHeader() throws IOException {
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
      throw tooLarge("bytes in a header of type " + header.type(), META_LIMIT_BYTES);
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
      throws IOException {
    byte[] name = first(longName, pax.path, header.name());
    byte[] link = first(longLink, pax.linkPath, header.link());
    name = pax.sparse == null || pax.sparse.name() == null ? name : pax.sparse.name();
    if (name.length > NAME_LIMIT_BYTES || link.length > NAME_LIMIT_BYTES) {
      throw tooLarge("bytes in a name", NAME_LIMIT_BYTES);
    }
    lastName = name;
    inContent = true;
    count(budget::addEntry);
    char type = type(header, name);
    setContent(!hasContent(type) ? 0 : pax.sizeBytes != null ? pax.sizeBytes : header.sizeBytes());
    SparseMap sparse = sparse(header, pax, name, type);
    return new TarEntry(
        type,
        name,
        link,
        header.permissions(),
        owner(name, pax.uid != null ? pax.uid : header.uid()),
        owner(name, pax.gid != null ? pax.gid : header.gid()),
        sparse == null ? contentLeft : sparse.sizeBytes(),
        pax.modified != null ? pax.modified : new Timestamp(header.modifiedSeconds(), 0),
        device(name, header.major(), MAJOR_LIMIT),
        device(name, header.minor(), MINOR_LIMIT),
        pax.attributes(),
        sparse);
  }

  private char type(TarHeader header, byte[] name) throws LayerException {
    char type = header.type();
    return switch (type) {
      case 0 ->
          name.length > 0 && name[name.length - 1] == '/' ? TarEntry.DIRECTORY : TarEntry.REGULAR;
      case '7', 'S' -> TarEntry.REGULAR;
      default -> {
        if (type < TarEntry.REGULAR || type > TarEntry.FIFO) {
          throw bad(name, "of the unknown type " + type);
        }
        yield type;
      }
    };
  }

  /// Reads the map of a sparse file as far as it stands before the content, and counts the holes.
  ///
  /// @return null for other files
  private SparseMap sparse(TarHeader header, PaxRecords pax, byte[] name, char type)
      throws IOException {
    boolean old = header.type() == 'S';
    if (!old && pax.sparse == null) {
      return null;
    }
    try {
      SparseMap.require(type == TarEntry.REGULAR, "it is no plain file");
      SparseMap.require(!old || header.isGnu(), "its header is not GNU's");
      SparseMap map =
          old ? SparseMap.ofHeader(block, this::extension) : pax.sparse.map(this::contentBlock);
      SparseMap.require(
          map.dataBytes() == contentLeft, "its map does not fit the content in the archive");
      count(() -> budget.addBytes(map.sizeBytes() - map.dataBytes()));
      return map;
    } catch (IllegalArgumentException e) {
      throw bad(name, "a sparse file that lies: " + e.getMessage());
    }
  }

  /// A block of header that the content does not count.
  private byte[] extension() throws IOException {
    require(TarHeader.BYTES);
    byte[] extension = new byte[TarHeader.BYTES];
    buffer.get(extension);
    return extension;
  }

  private byte[] contentBlock() throws IOException {
    SparseMap.require(contentLeft >= TarHeader.BYTES, "its map ends in the middle");
    contentLeft -= TarHeader.BYTES;
    return extension();
  }

  private interface Counting {
    void count() throws LayerException;
  }

  private void count(Counting counting) throws LayerException {
    try {
      counting.count();
    } catch (LayerException e) {
      throw e.at(place());
    }
  }

  /// The kernel takes 12 bits of a major number and 20 of a minor one; with more, another device
  /// would be made, in the worst case a whiteout.
  private int device(byte[] name, long number, int limit) throws LayerException {
    if (number < 0 || number >= limit) {
      throw bad(name, "of the device number " + number + ", which is none");
    }
    return (int) number;
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
    } catch (LayerException e) {
      // What is read now may belong to a later entry.
      throw e.at(lastName == null ? place() : "in or after entry " + TarEntry.text(lastName));
    } finally {
      buffer.flip();
    }
  }

  /// Where reading is, in the words of failures.
  private String place() {
    if (lastName == null) {
      return "in its first header";
    }
    return (inContent ? "entry " : "after entry ") + TarEntry.text(lastName);
  }

  private LayerException damaged(String found) {
    return new LayerException.Damaged(layerDigest, found).at(place());
  }

  private LayerException tooLarge(String what, long limit) {
    return new LayerException.TooLarge(layerDigest, what, limit, null).at(place());
  }

  private LayerException bad(byte[] name, String found) {
    return new LayerException.BadEntry(layerDigest, TarEntry.text(name), found);
  }
}

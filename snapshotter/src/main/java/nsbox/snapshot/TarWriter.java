package nsbox.snapshot;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import nsbox.linux.Timestamp;

/// Writes a tar entry by entry: ustar, and PAX records only where an entry needs them.
///
/// It is our own because layers need what Commons Compress does not give: names and attribute
/// values as bytes. The same entries are the same bytes: nothing is written that the entries do not
/// say, neither names of owners nor other times.
///
/// @spec https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
final class TarWriter {
  private static final int BUFFER_BYTES = 128 * 1024;
  private static final int NAME_BYTES = 100;
  private static final int PREFIX_BYTES = 155;
  private static final long OWNER_LIMIT = 1L << 21;
  private static final long SIZE_LIMIT = 1L << 33;
  private static final char PAX = 'x';
  private static final byte[] PAX_FOLDER = ascii("PaxHeaders.0/");
  private static final byte[] MAGIC = {'u', 's', 't', 'a', 'r', 0, '0', '0'};
  private static final byte[] ZEROS = new byte[2 * TarHeader.BYTES];

  private final OutputStream out;
  private long contentLeft;
  private int padding;

  /// @param out not closed
  TarWriter(OutputStream out) {
    this.out = new BufferedOutputStream(out, BUFFER_BYTES);
  }

  /// Writes the header of an entry. Its content has to follow, [#content], as long as it says.
  void entry(TarEntry entry) throws IOException {
    requireComplete();
    PaxBlock pax = new PaxBlock();
    byte[] header = header(entry, pax);
    if (!pax.isEmpty()) {
      byte[] block = pax.bytes();
      out.write(paxHeader(entry.name(), block.length));
      out.write(block);
      out.write(ZEROS, 0, padding(block.length));
    }
    out.write(header);
    contentLeft = entry.sizeBytes();
    padding = padding(contentLeft);
  }

  /// Writes a part of the content of the last entry.
  void content(byte[] bytes, int offset, int length) throws IOException {
    if (length > contentLeft) {
      throw new IllegalStateException(length - contentLeft + " bytes too many for an entry");
    }
    out.write(bytes, offset, length);
    contentLeft -= length;
    if (contentLeft == 0) {
      out.write(ZEROS, 0, padding);
      padding = 0;
    }
  }

  /// Ends the archive. Nothing can follow.
  void finish() throws IOException {
    requireComplete();
    out.write(ZEROS);
    out.flush();
  }

  private void requireComplete() {
    if (contentLeft > 0) {
      throw new IllegalStateException(contentLeft + " bytes of an entry were not written");
    }
  }

  private static int padding(long length) {
    return (int) (-length & TarHeader.BYTES - 1);
  }

  /// @param pax gets what does not fit into the header
  static byte[] header(TarEntry entry, PaxBlock pax) {
    byte[] header = new byte[TarHeader.BYTES];
    putName(header, entry.name(), pax);
    putOctal(header, 100, 8, entry.permissions());
    putOctal(header, 108, 8, orPax("uid", entry.uid(), OWNER_LIMIT, pax));
    putOctal(header, 116, 8, orPax("gid", entry.gid(), OWNER_LIMIT, pax));
    putOctal(header, 124, 12, orPax("size", entry.sizeBytes(), SIZE_LIMIT, pax));
    putOctal(header, 136, 12, modified(entry.modified(), pax));
    header[156] = (byte) entry.type();
    byte[] link = entry.link();
    if (link.length > NAME_BYTES || !isAscii(link)) {
      pax.putName("linkpath", link);
    }
    putText(header, 157, link);
    putOctal(header, 329, 8, entry.major());
    putOctal(header, 337, 8, entry.minor());
    for (TarEntry.Attribute attribute : entry.attributes()) {
      pax.putAttribute(attribute.name(), attribute.value());
    }
    return finished(header);
  }

  private static byte[] paxHeader(byte[] name, int sizeBytes) {
    byte[] header = new byte[TarHeader.BYTES];
    int end = name.length > 0 && name[name.length - 1] == '/' ? name.length - 1 : name.length;
    byte[] last = LayerTree.lastName(Arrays.copyOf(name, end));
    byte[] path = Arrays.copyOf(PAX_FOLDER, PAX_FOLDER.length + last.length);
    System.arraycopy(last, 0, path, PAX_FOLDER.length, last.length);
    putText(header, 0, path);
    putOctal(header, 100, 8, 0644);
    putOctal(header, 108, 8, 0);
    putOctal(header, 116, 8, 0);
    putOctal(header, 124, 12, sizeBytes);
    putOctal(header, 136, 12, 0);
    header[156] = PAX;
    putOctal(header, 329, 8, 0);
    putOctal(header, 337, 8, 0);
    return finished(header);
  }

  private static long orPax(String key, long number, long limit, PaxBlock pax) {
    if (number < limit) {
      return number;
    }
    pax.putNumber(key, number);
    return 0;
  }

  private static long modified(Timestamp time, PaxBlock pax) {
    boolean fits = time.seconds() >= 0 && time.seconds() < SIZE_LIMIT;
    if (!fits || time.nanos() != 0) {
      pax.putTime("mtime", time);
    }
    return fits ? time.seconds() : 0;
  }

  /// A long name goes in two parts where a slash stands right.
  private static void putName(byte[] header, byte[] name, PaxBlock pax) {
    int slash = name.length <= NAME_BYTES || !isAscii(name) ? -1 : prefixEnd(name);
    if (slash > 0) {
      System.arraycopy(name, slash + 1, header, 0, name.length - slash - 1);
      System.arraycopy(name, 0, header, 345, slash);
      return;
    }
    if (name.length > NAME_BYTES || !isAscii(name)) {
      pax.putName("path", name);
    }
    putText(header, 0, name);
  }

  private static int prefixEnd(byte[] name) {
    for (int at = Math.min(PREFIX_BYTES, name.length - 2);
        at >= name.length - 1 - NAME_BYTES;
        at--) {
      if (at > 0 && name[at] == '/') {
        return at;
      }
    }
    return -1;
  }

  /// The text as far as it goes, in ASCII: where that is not all, a PAX record has the whole.
  private static void putText(byte[] header, int offset, byte[] text) {
    for (int i = 0; i < Math.min(text.length, NAME_BYTES); i++) {
      header[offset + i] = text[i] < 0 ? (byte) '_' : text[i];
    }
  }

  private static void putOctal(byte[] header, int offset, int length, long number) {
    long rest = number;
    for (int i = offset + length - 2; i >= offset; i--) {
      header[i] = (byte) ('0' + (rest & 7));
      rest >>>= 3;
    }
    if (rest != 0) {
      throw new IllegalArgumentException(number + " in " + length + " bytes of a header");
    }
  }

  private static byte[] finished(byte[] header) {
    System.arraycopy(MAGIC, 0, header, 257, MAGIC.length);
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += Byte.toUnsignedInt(b);
    }
    // Six digits, a zero and the blank that stands there: as all writers have it.
    putOctal(header, 148, 7, sum);
    header[154] = 0;
    return header;
  }

  private static boolean isAscii(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

package nsbox.snapshot;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import nsbox.linux.Timestamp;

/// One entry of a layer's tar, as it stands there: nothing is cleaned or resolved yet.
///
/// @param type the type flag; a regular file is `0` in all its spellings
/// @param name bytes, of no particular character set
/// @param link the target of links, else empty
/// @param sizeBytes of the file, holes included; 0 for types that have no content, whatever the
///   header says
/// @param sparse where the content that follows goes, in a sparse file; else null
/// @param attributes extended attributes; values may be any bytes
record TarEntry(
    char type,
    byte[] name,
    byte[] link,
    int permissions,
    long uid,
    long gid,
    long sizeBytes,
    Timestamp modified,
    int major,
    int minor,
    List<Attribute> attributes,
    SparseMap sparse) {

  /// An entry whose content has no holes.
  TarEntry(
      char type,
      byte[] name,
      byte[] link,
      int permissions,
      long uid,
      long gid,
      long sizeBytes,
      Timestamp modified,
      int major,
      int minor,
      List<Attribute> attributes) {
    this(
        type,
        name,
        link,
        permissions,
        uid,
        gid,
        sizeBytes,
        modified,
        major,
        minor,
        attributes,
        null);
  }

  static final char REGULAR = '0';
  static final char HARD_LINK = '1';
  static final char SYMBOLIC_LINK = '2';
  static final char CHARACTER_DEVICE = '3';
  static final char BLOCK_DEVICE = '4';
  static final char DIRECTORY = '5';
  static final char FIFO = '6';

  /// An extended attribute.
  record Attribute(byte[] name, byte[] value) {}

  /// The name for people to read.
  String text() {
    return text(name);
  }

  static String text(byte[] name) {
    return printable(new String(name, StandardCharsets.UTF_8));
  }

  /// A terminal obeys control characters, so they are written as their numbers.
  static String printable(String text) {
    StringBuilder printable = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        printable.append("\\x").append(HexFormat.of().toHexDigits((byte) c));
      } else {
        printable.append(c);
      }
    }
    return printable.toString();
  }
}

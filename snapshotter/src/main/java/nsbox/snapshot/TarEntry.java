package nsbox.snapshot;

import java.nio.charset.StandardCharsets;
import java.util.List;
import nsbox.linux.Timestamp;

/// One entry of a layer's tar, as it stands there: nothing is cleaned or resolved yet.
///
/// @param type the type flag; a regular file is `0` in all its spellings
/// @param name bytes, of no particular character set
/// @param link the target of links, else empty
/// @param sizeBytes of the content that follows; 0 for types that have none, whatever the header
///   says
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
    List<Attribute> attributes) {

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
    return new String(name, StandardCharsets.UTF_8);
  }
}

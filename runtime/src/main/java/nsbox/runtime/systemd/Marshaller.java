package nsbox.runtime.systemd;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Values as D-Bus has them on the wire, little-endian. Each is aligned to its own size, counted
/// from the start of what is written here.
///
/// @spec https://dbus.freedesktop.org/doc/dbus-specification.html#message-protocol-marshaling
final class Marshaller {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);

  byte[] toBytes() {
    return bytes.toByteArray();
  }

  Marshaller align(int boundary) {
    while (bytes.size() % boundary != 0) {
      bytes.write(0);
    }
    return this;
  }

  Marshaller u8(int value) {
    bytes.write(value);
    return this;
  }

  Marshaller u32(int value) {
    align(4);
    return little(value, 4);
  }

  Marshaller u64(long value) {
    align(8);
    return little(value, 8);
  }

  private Marshaller little(long value, int size) {
    for (int i = 0; i < size; i++) {
      bytes.write((int) (value >>> (8 * i)));
    }
    return this;
  }

  /// A string, or the path of an object.
  Marshaller text(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    u32(encoded.length);
    bytes.writeBytes(encoded);
    return u8(0);
  }

  Marshaller signature(String signature) {
    u8(signature.length());
    bytes.writeBytes(signature.getBytes(StandardCharsets.US_ASCII));
    return u8(0);
  }

  Marshaller raw(byte[] encoded) {
    bytes.writeBytes(encoded);
    return this;
  }

  /// `a(sv)`.
  Marshaller properties(List<UnitProperty> properties) {
    int length = startArray(8);
    for (UnitProperty property : properties) {
      align(8).text(property.name()).signature(property.signature());
      value(property.signature(), property.value());
    }
    return endArray(length, 8);
  }

  private void value(String signature, Object value) {
    switch (signature) {
      case "s" -> text((String) value);
      case "b" -> u32((Boolean) value ? 1 : 0);
      case "i", "u" -> u32((Integer) value);
      case "x", "t" -> u64((Long) value);
      case "ay" -> u32(((byte[]) value).length).raw((byte[]) value);
      case "au" -> {
        List<?> numbers = (List<?>) value;
        u32(4 * numbers.size());
        for (Object number : numbers) {
          u32((Integer) number);
        }
      }
      case "a(ss)" -> {
        int length = startArray(8);
        for (Object pair : (List<?>) value) {
          align(8);
          for (Object text : (List<?>) pair) {
            text((String) text);
          }
        }
        endArray(length, 8);
      }
      default -> throw new IllegalArgumentException("no value of type " + signature);
    }
  }

  /* The length comes first, and does not count what aligns the first element. */
  private int startArray(int boundary) {
    u32(0);
    int length = bytes.size() - 4;
    align(boundary);
    return length;
  }

  private Marshaller endArray(int length, int boundary) {
    byte[] all = bytes.toByteArray();
    int start = (length + 4 + boundary - 1) / boundary * boundary;
    bytes.reset();
    bytes.write(all, 0, length);
    little(all.length - start, 4);
    bytes.write(all, length + 4, all.length - length - 4);
    return this;
  }
}

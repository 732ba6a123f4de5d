package nsbox.runtime.systemd;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A message of D-Bus, as far as one has to know it who calls systemd.
///
/// @param replyTo serial of the call that it answers, 0 for none
/// @param member of a signal, else empty
/// @param error the name of an error, else empty
/// @param body its values; those of a type that nobody here asks about, and what follows them, are
///   left out
/// @spec https://dbus.freedesktop.org/doc/dbus-specification.html#message-protocol-messages
record Message(int type, int replyTo, String member, String error, List<Object> body) {
  static final int METHOD_CALL = 1;
  static final int METHOD_RETURN = 2;
  static final int ERROR = 3;
  static final int SIGNAL = 4;

  /// Of the header that every message has, up to the length of the fields after it.
  static final int FIXED_BYTES = 16;

  private static final int PATH = 1;
  private static final int INTERFACE = 2;
  private static final int MEMBER = 3;
  private static final int ERROR_NAME = 4;
  private static final int REPLY_SERIAL = 5;
  private static final int DESTINATION = 6;
  private static final int SIGNATURE = 8;

  /* What the specification allows, in all and of the header's fields. */
  private static final int MOST_BYTES = 1 << 27;

  /// What is called, and where.
  record Target(String destination, String path, String face, String method) {}

  /// @param signature of `body`; empty where the method takes nothing
  static byte[] call(int serial, Target target, String signature, byte[] body) {
    Marshaller fields = new Marshaller();
    /* The fields are aligned as if they began at 0: after 16 bytes they do. */
    field(fields, PATH, "o").text(target.path());
    field(fields, INTERFACE, "s").text(target.face());
    field(fields, DESTINATION, "s").text(target.destination());
    if (!signature.isEmpty()) {
      field(fields, SIGNATURE, "g").signature(signature);
    }
    field(fields, MEMBER, "s").text(target.method());
    byte[] encoded = fields.toBytes();
    Marshaller message = new Marshaller().u8('l').u8(METHOD_CALL).u8(0).u8(1);
    message.u32(body.length).u32(serial).u32(encoded.length).raw(encoded);
    return message.align(8).raw(body).toBytes();
  }

  private static Marshaller field(Marshaller fields, int code, String signature) {
    return fields.align(8).u8(code).signature(signature);
  }

  /// How many bytes follow the first sixteen.
  ///
  /// @throws IOException if they are no start of a message
  static int remaining(ByteBuffer start) throws IOException {
    ByteBuffer header = start.duplicate().order(order(start));
    long body = Integer.toUnsignedLong(header.getInt(4));
    long fields = Integer.toUnsignedLong(header.getInt(12));
    long remaining = (fields + 7) / 8 * 8 + body;
    if (header.get(3) != 1 || remaining > MOST_BYTES) {
      throw new IOException("not a message of D-Bus");
    }
    return (int) remaining;
  }

  private static ByteOrder order(ByteBuffer message) throws IOException {
    return switch (message.get(0)) {
      case 'l' -> ByteOrder.LITTLE_ENDIAN;
      case 'B' -> ByteOrder.BIG_ENDIAN;
      default -> throw new IOException("not a message of D-Bus");
    };
  }

  /// @param bytes all of one message
  /// @throws IOException if they are none
  static Message parse(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    buffer.order(order(buffer));
    try {
      return parse(buffer);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new IOException("a message of D-Bus is cut off", e);
    }
  }

  private static Message parse(ByteBuffer buffer) throws IOException {
    int end = FIXED_BYTES + buffer.getInt(12);
    buffer.position(FIXED_BYTES);
    int replyTo = 0;
    String member = "";
    String error = "";
    String signature = "";
    while (buffer.position() < end) {
      align(buffer, 8);
      int code = buffer.get();
      String type = signature(buffer);
      Object value = value(buffer, type.isEmpty() ? ' ' : type.charAt(0));
      switch (code) {
        case MEMBER -> member = (String) value;
        case ERROR_NAME -> error = (String) value;
        case REPLY_SERIAL -> replyTo = (Integer) value;
        case SIGNATURE -> signature = (String) value;
        default -> {}
      }
    }
    align(buffer, 8);
    return new Message(buffer.get(1), replyTo, member, error, body(buffer, signature));
  }

  private static List<Object> body(ByteBuffer buffer, String signature) throws IOException {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < signature.length() && "sogu".indexOf(signature.charAt(i)) >= 0; i++) {
      values.add(value(buffer, signature.charAt(i)));
    }
    return values;
  }

  private static Object value(ByteBuffer buffer, char type) throws IOException {
    return switch (type) {
      case 's', 'o' -> text(buffer);
      case 'g' -> signature(buffer);
      case 'u' -> {
        align(buffer, 4);
        yield buffer.getInt();
      }
      default -> throw new IOException("a message of D-Bus has a field of type '" + type + "'");
    };
  }

  private static String text(ByteBuffer buffer) {
    align(buffer, 4);
    return text(buffer, buffer.getInt());
  }

  private static String signature(ByteBuffer buffer) {
    return text(buffer, Byte.toUnsignedInt(buffer.get()));
  }

  private static String text(ByteBuffer buffer, int length) {
    if (length < 0 || length >= buffer.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] text = new byte[length];
    buffer.get(text).get();
    return new String(text, StandardCharsets.UTF_8);
  }

  private static void align(ByteBuffer buffer, int boundary) {
    buffer.position((buffer.position() + boundary - 1) / boundary * boundary);
  }

  /// A value of the body.
  ///
  /// @throws IOException if there is none, or another
  String text(int index) throws IOException {
    if (index >= body.size() || !(body.get(index) instanceof String text)) {
      throw new IOException("systemd answered something else than was asked for: " + this);
    }
    return text;
  }
}

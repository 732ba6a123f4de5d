package nsbox.runtime.spec;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Text that the kernel would see as another than its reader: it ends at a NUL for the one, and
/// half a surrogate pair has no bytes.
final class Texts {
  private Texts() {}

  /// @param value any JSON value; of lists and objects all that is in them
  /// @throws JsonException naming the place of the first such text
  static void check(String where, Object value) throws JsonException {
    if (value instanceof String text) {
      checkText(where, text);
    } else if (value instanceof JsonObject object) {
      for (Map.Entry<String, Object> member : object.members().entrySet()) {
        checkText(where, member.getKey());
        check(object.locationOf(member.getKey()), member.getValue());
      }
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        if (list.get(i) instanceof String text && isPlain(text)) {
          continue;
        }
        check(where + "[" + i + "]", list.get(i));
      }
    }
  }

  private static void checkText(String where, String text) throws JsonException {
    if (isPlain(text)) {
      return;
    }
    if (text.indexOf('\0') >= 0) {
      throw new JsonException(
          where + ": " + text.replace("\0", "\\u0000") + ", a NUL is not allowed in it");
    }
    throw new JsonException(where + ": half a surrogate pair is no character");
  }

  private static boolean isPlain(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c == 0) {
        return false;
      }
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < length
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /// How long it is in UTF-8.
  static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}

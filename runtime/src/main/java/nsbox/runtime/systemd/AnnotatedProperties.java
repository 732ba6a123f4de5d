package nsbox.runtime.systemd;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.runtime.spec.UnsupportedSpecException;

/// Properties of a scope that a configuration asks for by annotations, as runc and crun take them:
/// `org.systemd.property.KillSignal` is `37`.
///
/// Values are texts of GVariant: a string in quotes, `true`, `false`, or a whole number, of 32 bits
/// with sign unless a type such as `uint64` stands before it. Of the other types there are, none is
/// of use for a container's scope.
///
/// @spec https://docs.gtk.org/glib/gvariant-text-format.html
public final class AnnotatedProperties {
  private static final String PREFIX = "org.systemd.property.";

  private AnnotatedProperties() {}

  /// @throws UnsupportedSpecException if a name or a value is none
  public static List<UnitProperty> of(Map<String, String> annotations)
      throws UnsupportedSpecException {
    List<UnitProperty> properties = new ArrayList<>();
    for (Map.Entry<String, String> annotation : annotations.entrySet()) {
      if (annotation.getKey().startsWith(PREFIX)) {
        properties.add(property(annotation.getKey(), annotation.getValue().strip()));
      }
    }
    return properties;
  }

  private static UnitProperty property(String key, String text) throws UnsupportedSpecException {
    String name = key.substring(PREFIX.length());
    if (!isName(name)) {
      throw wrong(key, text, "the name of a property is of three letters or more");
    }
    try {
      return name.endsWith("Sec") && !name.endsWith("USec")
          ? microseconds(name, text)
          : property(name, text, text.indexOf(' '));
    } catch (ArithmeticException | NumberFormatException e) {
      throw wrong(key, text, "expected a string in quotes, true, false or a whole number");
    }
  }

  private static UnitProperty property(String name, String text, int blank) {
    char first = text.isEmpty() ? ' ' : text.charAt(0);
    if (first == '\'' || first == '"') {
      return UnitProperty.text(name, unquoted(text, first));
    }
    if (text.equals("true") || text.equals("false")) {
      return UnitProperty.flag(name, text.equals("true"));
    }
    String number = text.substring(blank + 1).strip();
    return switch (blank < 0 ? "int32" : text.substring(0, blank)) {
      case "int32" -> new UnitProperty(name, "i", Integer.parseInt(number));
      case "uint32" -> new UnitProperty(name, "u", Integer.parseUnsignedInt(number));
      case "int64" -> new UnitProperty(name, "x", Long.parseLong(number));
      case "uint64" -> UnitProperty.number(name, Long.parseUnsignedLong(number));
      default -> throw new NumberFormatException(text);
    };
  }

  /* systemd's files know seconds, its bus microseconds, under another name. */
  private static UnitProperty microseconds(String name, String text) {
    BigDecimal seconds = new BigDecimal(text.substring(text.indexOf(' ') + 1).strip());
    if (seconds.signum() < 0) {
      throw new NumberFormatException(text);
    }
    return UnitProperty.number(
        name.substring(0, name.length() - 3) + "USec",
        seconds.movePointRight(6).toBigInteger().longValueExact());
  }

  private static String unquoted(String text, char quote) {
    int end = text.indexOf(quote, 1);
    if (end != text.length() - 1 || text.indexOf('\\') >= 0) {
      throw new NumberFormatException(text);
    }
    return text.substring(1, end);
  }

  private static boolean isName(String name) {
    for (int i = 0; i < name.length(); i++) {
      char letter = Character.toLowerCase(name.charAt(i));
      if (letter < 'a' || letter > 'z') {
        return false;
      }
    }
    return name.length() >= 3;
  }

  private static UnsupportedSpecException wrong(String key, String text, String expected) {
    return new UnsupportedSpecException("annotations." + key, text + ", but " + expected);
  }
}

package nsbox.cli.output;

import java.math.BigInteger;

/// A string, character or number as Go writes them.
///
/// @param value a `String`, `Long` or `Double`; a character is its number
/// @param end the offset after it
/// @spec https://go.dev/ref/spec#Literals
record TemplateLiteral(Object value, int end) {
  private static final int HEX = 16;
  private static final int OCTAL = 8;

  /// @param start of a quote, a digit or a sign
  static TemplateLiteral read(String template, int start) throws TemplateException {
    return switch (template.charAt(start)) {
      case '`' -> raw(template, start);
      case '"', '\'' -> quoted(template, start);
      default -> number(template, start);
    };
  }

  private static TemplateLiteral raw(String template, int start) throws TemplateException {
    int end = template.indexOf('`', start + 1);
    if (end < 0) {
      throw new TemplateException(template, start, "the string has no closing `");
    }
    return new TemplateLiteral(template.substring(start + 1, end).replace("\r", ""), end + 1);
  }

  private static TemplateLiteral quoted(String template, int start) throws TemplateException {
    char quote = template.charAt(start);
    StringBuilder text = new StringBuilder();
    int at = start + 1;
    while (at < template.length() && template.charAt(at) != quote) {
      char c = template.charAt(at);
      if (c == '\n') {
        break;
      }
      at++;
      if (c == '\\') {
        at = escape(template, at, quote, text);
      } else {
        text.append(c);
      }
    }
    if (at >= template.length() || template.charAt(at) != quote) {
      throw new TemplateException(template, start, "the string has no closing " + quote);
    }
    if (quote == '"') {
      return new TemplateLiteral(text.toString(), at + 1);
    }
    if (text.codePointCount(0, text.length()) != 1) {
      throw new TemplateException(template, start, "one character stands between ' and '");
    }
    return new TemplateLiteral((long) text.codePointAt(0), at + 1);
  }

  /* `at` is behind the backslash; returns the offset behind the escape. */
  private static int escape(String template, int at, char quote, StringBuilder text)
      throws TemplateException {
    char c = at < template.length() ? template.charAt(at) : 0;
    String simple = "abfnrtv\\";
    int index = simple.indexOf(c);
    if (index >= 0) {
      text.append("\u0007\b\f\n\r\t\u000b\\".charAt(index));
      return at + 1;
    }
    if (c == quote) {
      text.append(c);
      return at + 1;
    }
    return switch (c) {
      case 'x' -> codePoint(template, at + 1, 2, HEX, text);
      case 'u' -> codePoint(template, at + 1, 4, HEX, text);
      case 'U' -> codePoint(template, at + 1, 8, HEX, text);
      case '0', '1', '2', '3' -> codePoint(template, at, 3, OCTAL, text);
      default -> throw new TemplateException(template, at - 1, "unknown escape in the string");
    };
  }

  private static int codePoint(String template, int at, int digits, int radix, StringBuilder text)
      throws TemplateException {
    long value = 0;
    for (int i = at; i < at + digits; i++) {
      int digit = i < template.length() ? Character.digit(template.charAt(i), radix) : -1;
      if (digit < 0) {
        throw new TemplateException(template, at - 1, "the escape needs " + digits + " digits");
      }
      value = value * radix + digit;
    }
    if (value > Character.MAX_CODE_POINT) {
      throw new TemplateException(template, at - 1, "the escape is no character");
    }
    text.appendCodePoint((int) value);
    return at + digits;
  }

  private static TemplateLiteral number(String template, int start) throws TemplateException {
    int end = start + 1;
    while (end < template.length() && continuesNumber(template, start, end)) {
      end++;
    }
    String text = template.substring(start, end).replace("_", "");
    boolean negative = text.startsWith("-");
    String digits = negative || text.startsWith("+") ? text.substring(1) : text;
    try {
      Object value = value(digits);
      if (value instanceof Long number && negative) {
        value = -number;
      } else if (value instanceof Double number && negative) {
        value = -number;
      }
      return new TemplateLiteral(value, end);
    } catch (NumberFormatException | ArithmeticException e) {
      throw new TemplateException(
          template, start, "\"" + template.substring(start, end) + "\" is no number");
    }
  }

  private static Object value(String digits) {
    String lower = digits.toLowerCase(java.util.Locale.ROOT);
    if (lower.startsWith("0x")) {
      return new BigInteger(lower.substring(2), HEX).longValueExact();
    } else if (lower.startsWith("0b")) {
      return new BigInteger(lower.substring(2), 2).longValueExact();
    } else if (lower.startsWith("0o")) {
      return new BigInteger(lower.substring(2), OCTAL).longValueExact();
    } else if (lower.indexOf('.') >= 0 || lower.indexOf('e') >= 0) {
      if (!lower.matches("[0-9]*\\.?[0-9]*(e[+-]?[0-9]+)?")) {
        throw new NumberFormatException(lower);
      }
      return Double.valueOf(lower);
    } else if (lower.length() > 1 && lower.startsWith("0")) {
      return new BigInteger(lower.substring(1), OCTAL).longValueExact();
    }
    return new BigInteger(lower).longValueExact();
  }

  private static boolean continuesNumber(String template, int start, int at) {
    char c = template.charAt(at);
    char before = template.charAt(at - 1);
    boolean exponent = (before == 'e' || before == 'E') && !template.startsWith("0x", start);
    return Character.isLetterOrDigit(c)
        || c == '.'
        || c == '_'
        || (c == '+' || c == '-') && exponent;
  }
}

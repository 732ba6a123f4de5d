package nsbox.cli.output;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;

/// `printf` with the verbs that formats of containers use: `%s %d %v %q %t %x %X %c %f %%`, with
/// flags, width and precision.
///
/// As in Go, an argument that does not fit its verb is no error but shows in the text.
///
/// @spec https://pkg.go.dev/fmt#hdr-Printing
final class GoPrintf {
  /// The widest field and the longest fraction.
  private static final int MAX_WIDTH = 4096;

  private static final int DEFAULT_FRACTION = 6;
  private static final String FLAGS = "-+# 0";

  private final String format;
  private final List<Object> values;
  private final BoundedText text = new BoundedText(BoundedText.MAX_VALUE);
  private int at;
  private int next;

  private GoPrintf(String format, List<Object> values) {
    this.format = format;
    this.values = values;
  }

  static String format(String format, List<Object> values) throws ValueProblem {
    return new GoPrintf(format, values).format();
  }

  /// What stands between `%` and the verb. Width and precision are -1 where there is none.
  private record Spec(String flags, int width, int precision, char verb) {
    boolean has(char flag) {
      return flags.indexOf(flag) >= 0;
    }
  }

  private String format() throws ValueProblem {
    while (at < format.length()) {
      int percent = format.indexOf('%', at);
      text.append(format.substring(at, percent < 0 ? format.length() : percent));
      if (percent < 0) {
        break;
      }
      at = percent + 1;
      verb();
    }
    if (next < values.size()) {
      text.append("%!(EXTRA ");
      for (int i = next; i < values.size(); i++) {
        text.append(i > next ? ", " : "").append(typed(values.get(i)));
      }
      text.append(")");
    }
    return text.toString();
  }

  private void verb() throws ValueProblem {
    int flagsEnd = at;
    while (flagsEnd < format.length() && FLAGS.indexOf(format.charAt(flagsEnd)) >= 0) {
      flagsEnd++;
    }
    String flags = format.substring(at, flagsEnd);
    at = flagsEnd;
    int width = number();
    int precision = -1;
    if (at < format.length() && format.charAt(at) == '.') {
      at++;
      precision = Math.max(number(), 0);
    }
    if (at == format.length()) {
      text.append("%!(NOVERB)");
      return;
    }
    Spec spec = new Spec(flags, width, precision, format.charAt(at++));
    if (spec.verb == '%') {
      text.append("%");
    } else if (next == values.size()) {
      text.append("%!" + spec.verb + "(MISSING)");
    } else {
      padded(spec, shown(spec, values.get(next++)));
    }
  }

  private int number() throws ValueProblem {
    int start = at;
    int number = 0;
    while (at < format.length() && Character.digit(format.charAt(at), 10) >= 0) {
      number = number * 10 + Character.digit(format.charAt(at++), 10);
      if (number > MAX_WIDTH) {
        throw new ValueProblem("a width of printf above " + MAX_WIDTH);
      }
    }
    return at == start ? -1 : number;
  }

  private void padded(Spec spec, String shown) throws ValueProblem {
    int missing = spec.width - shown.codePointCount(0, shown.length());
    if (spec.has('-')) {
      text.append(shown).repeat(" ", missing);
    } else if (spec.has('0') && missing > 0 && "dxXfeg".indexOf(spec.verb) >= 0) {
      boolean signed = shown.startsWith("-") || shown.startsWith("+");
      text.append(signed ? shown.substring(0, 1) : "")
          .repeat("0", missing)
          .append(signed ? shown.substring(1) : shown);
    } else {
      text.repeat(" ", missing).append(shown);
    }
  }

  private static String shown(Spec spec, Object value) throws ValueProblem {
    String fit =
        switch (spec.verb) {
          case 'v' -> plain(value);
          case 's' -> strings(spec, value);
          case 'q' -> value instanceof String string ? JsonForm.quoted(string) : quotedList(value);
          case 't' -> value instanceof Boolean flag ? flag.toString() : null;
          case 'd' -> isWhole(value) ? signed(spec, value.toString()) : null;
          case 'x', 'X' -> hex(spec, value);
          case 'c' ->
              value instanceof Long point && Character.isValidCodePoint(point.intValue())
                  ? Character.toString(point.intValue())
                  : null;
          case 'f' -> value instanceof Double real ? signed(spec, fixed(spec, real)) : null;
          case 'g' -> value instanceof Double real ? TemplateValues.text(real) : null;
          default ->
              throw new ValueProblem(
                  "printf knows no %" + spec.verb + "; there are %s %d %v %q %t %x %X %c %f %g %%");
        };
    return fit == null ? "%!" + spec.verb + "(" + typed(value) + ")" : fit;
  }

  private static String strings(Spec spec, Object value) throws ValueProblem {
    if (value instanceof Boolean || value instanceof Number || value == null) {
      return null;
    }
    String text = plain(value);
    boolean longer = spec.precision >= 0 && text.codePointCount(0, text.length()) > spec.precision;
    return longer ? text.substring(0, text.offsetByCodePoints(0, spec.precision)) : text;
  }

  private static String quotedList(Object value) throws ValueProblem {
    if (!(value instanceof List<?> list)) {
      return null;
    }
    BoundedText text = new BoundedText(BoundedText.MAX_VALUE).append("[");
    String separator = "";
    for (Object element : list) {
      text.append(separator).append(shown(new Spec("", -1, -1, 'q'), element));
      separator = " ";
    }
    return text.append("]").toString();
  }

  private static String hex(Spec spec, Object value) {
    String hex = null;
    if (value instanceof String string) {
      hex = java.util.HexFormat.of().formatHex(TemplateValues.bytes(string));
    } else if (isWhole(value)) {
      hex = signed(spec, new BigInteger(value.toString()).toString(16));
    }
    return hex == null || spec.verb == 'x' ? hex : hex.toUpperCase(java.util.Locale.ROOT);
  }

  private static String fixed(Spec spec, double real) {
    if (!Double.isFinite(real)) {
      return TemplateValues.text(real);
    }
    int fraction = spec.precision < 0 ? DEFAULT_FRACTION : spec.precision;
    return new BigDecimal(real).setScale(fraction, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String signed(Spec spec, String number) {
    if (number.startsWith("-")) {
      return number;
    }
    return spec.has('+') ? "+" + number : spec.has(' ') ? " " + number : number;
  }

  private static boolean isWhole(Object value) {
    return value instanceof Long || value instanceof BigInteger;
  }

  private static String plain(Object value) throws ValueProblem {
    BoundedText text = new BoundedText(BoundedText.MAX_VALUE);
    TemplateValues.printNested(value, text);
    return text.toString();
  }

  /* As Go shows what does not fit: type and value. */
  private static String typed(Object value) throws ValueProblem {
    String type =
        switch (value) {
          case null -> "";
          case String _ -> "string=";
          case Boolean _ -> "bool=";
          case Double _ -> "float64=";
          case Number _ -> "int=";
          case List<?> _ -> "[]string=";
          default -> "map=";
        };
    return type + plain(value);
  }
}

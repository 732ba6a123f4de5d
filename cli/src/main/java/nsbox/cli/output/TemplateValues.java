package nsbox.cli.output;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nsbox.json.JsonObject;

/// What Go does with the values that templates meet: truth, length, comparison, printing.
///
/// A `JsonObject` is what a Go struct is, its members are known; a `Map` is a Go map, which may
/// lack any key. Beyond Go, objects may be indexed and ranged over too.
final class TemplateValues {
  private static final int EXPONENT_FROM = 21;
  private static final int EXPONENT_BELOW = -4;

  private TemplateValues() {}

  /// @spec https://pkg.go.dev/text/template#IsTrue
  static boolean isTrue(Object value) {
    return switch (value) {
      case null -> false;
      case Boolean flag -> flag;
      case String text -> !text.isEmpty();
      case List<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      case Absent _ -> false;
      case Double number -> number != 0;
      case Long number -> number != 0;
      case BigInteger number -> number.signum() != 0;
      default -> true;
    };
  }

  /// Counts the bytes of a string, as Go does, and the elements of anything else.
  static long length(Object value) throws ValueProblem {
    return switch (value) {
      case String text -> bytes(text).length;
      case List<?> list -> list.size();
      case Map<?, ?> map -> map.size();
      case JsonObject object -> object.members().size();
      case Absent _ -> 0;
      case null, default -> throw new ValueProblem(kind(value) + " has no length");
    };
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// The entries of a map in the order of their keys; null if it is none.
  static Map<String, Object> sorted(Object value) {
    Map<?, ?> entries =
        switch (value) {
          case Map<?, ?> map -> map;
          case JsonObject object -> object.members();
          case null, default -> null;
        };
    if (entries == null) {
      return null;
    }
    Map<String, Object> sorted = new TreeMap<>();
    entries.forEach((key, element) -> sorted.put(String.valueOf(key), element));
    return sorted;
  }

  static boolean equal(Object left, Object right) throws ValueProblem {
    if (left == null || right == null) {
      return left == right;
    }
    boolean basic = left instanceof String || left instanceof Boolean;
    if (basic && left.getClass() == right.getClass()) {
      return left.equals(right);
    }
    if (left instanceof Number && right instanceof Number) {
      return decimal(left).compareTo(decimal(right)) == 0;
    }
    throw new ValueProblem("cannot compare " + kind(left) + " with " + kind(right));
  }

  static int compare(Object left, Object right) throws ValueProblem {
    if (left instanceof String one && right instanceof String other) {
      return one.compareTo(other);
    }
    if (left instanceof Number && right instanceof Number) {
      return decimal(left).compareTo(decimal(right));
    }
    throw new ValueProblem("cannot order " + kind(left) + " and " + kind(right));
  }

  private static BigDecimal decimal(Object number) throws ValueProblem {
    return switch (number) {
      case BigInteger big -> new BigDecimal(big);
      case Double real when Double.isFinite(real) -> BigDecimal.valueOf(real);
      case Double _ -> throw new ValueProblem("an infinite number");
      default -> BigDecimal.valueOf(((Number) number).longValue());
    };
  }

  /// As an action prints it.
  static void print(Object value, BoundedText into) throws ValueProblem {
    if (value == null) {
      into.append("<no value>");
    } else {
      printNested(value, into);
    }
  }

  /// As `%v` prints it.
  static void printNested(Object value, BoundedText into) throws ValueProblem {
    switch (value) {
      case null -> into.append("<nil>");
      case String text -> into.append(text);
      case Double number -> into.append(text(number));
      case List<?> list -> elements("[", list, "]", into);
      case JsonObject object -> elements("{", object.members().values(), "}", into);
      case Map<?, ?> map -> entries(map, into);
      case Absent absent -> into.append(absent == Absent.LIST ? "[]" : "map[]");
      case TemplateMethod _ -> throw new ValueProblem("it is to be called with arguments");
      default -> into.append(value.toString());
    }
  }

  private static void elements(String open, Collection<?> values, String close, BoundedText into)
      throws ValueProblem {
    into.append(open);
    String separator = "";
    for (Object value : values) {
      into.append(separator);
      printNested(value, into);
      separator = " ";
    }
    into.append(close);
  }

  private static void entries(Map<?, ?> map, BoundedText into) throws ValueProblem {
    into.append("map[");
    String separator = "";
    for (Map.Entry<String, Object> entry : sorted(map).entrySet()) {
      into.append(separator).append(entry.getKey()).append(":");
      printNested(entry.getValue(), into);
      separator = " ";
    }
    into.append("]");
  }

  /// As Go's `%v` writes it: the shortest digits, with an exponent below 1e-4 and from 1e21.
  static String text(double number) {
    if (Double.isNaN(number)) {
      return "NaN";
    } else if (Double.isInfinite(number)) {
      return number > 0 ? "+Inf" : "-Inf";
    } else if (number == 0) {
      return 1 / number < 0 ? "-0" : "0";
    }
    BigDecimal digits = BigDecimal.valueOf(number).stripTrailingZeros();
    int exponent = digits.precision() - digits.scale() - 1;
    if (exponent >= EXPONENT_BELOW && exponent < EXPONENT_FROM) {
      return digits.toPlainString();
    }
    String mantissa = digits.movePointLeft(exponent).toPlainString();
    String sign = exponent < 0 ? "-" : "+";
    return mantissa + "e" + sign + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
  }

  /// As messages name it.
  static String kind(Object value) {
    return switch (value) {
      case null -> "nothing";
      case String _ -> "a string";
      case Boolean _ -> "true or false";
      case Number _ -> "a number";
      case List<?> _ -> "a list";
      case Map<?, ?> _ -> "a map";
      case Absent absent -> absent == Absent.LIST ? "a list" : "a map";
      default -> "an object";
    };
  }
}

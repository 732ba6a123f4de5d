package nsbox.cli.output;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import nsbox.json.JsonObject;

/// The functions of templates: Go's own that make sense here, and those that docker adds.
///
/// `and` and `or` are [TemplateEvaluator]'s, which does not evaluate what they do not need.
///
/// @spec https://pkg.go.dev/text/template#hdr-Functions
final class TemplateFunctions {
  static final TreeSet<String> NAMES =
      new TreeSet<>(
          List.of(
              "and",
              "eq",
              "ge",
              "gt",
              "index",
              "join",
              "json",
              "le",
              "len",
              "lower",
              "lt",
              "ne",
              "not",
              "or",
              "pad",
              "print",
              "printf",
              "println",
              "slice",
              "split",
              "title",
              "truncate",
              "upper"));

  private static final int MAX_PARTS = 1 << 16;

  private TemplateFunctions() {}

  /// @param headings whether it is the row of headings that is made: what shapes a value leaves a
  ///   heading as it is
  static Object call(String name, List<Object> arguments, boolean headings) throws ValueProblem {
    if (headings) {
      switch (name) {
        case "json", "join", "lower", "split", "title", "truncate", "upper" -> {
          for (Object argument : arguments) {
            if (argument instanceof String) {
              return argument;
            }
          }
        }
        default -> {}
      }
    }
    Arguments given = new Arguments(name, arguments);
    return switch (name) {
      case "print" -> GoPrint.print(arguments);
      case "println" -> GoPrint.println(arguments);
      case "printf" -> GoPrintf.format(given.text(0), arguments.subList(1, arguments.size()));
      case "json" -> bounded(JsonForm.compact(given.exactly(1).value(0)));
      case "lower" -> given.exactly(1).text(0).toLowerCase(Locale.ROOT);
      case "upper" -> given.exactly(1).text(0).toUpperCase(Locale.ROOT);
      case "title" -> title(given.exactly(1).text(0));
      case "join" -> join(given.exactly(2).list(0), given.text(1));
      case "split" -> split(given.exactly(2).text(0), given.text(1));
      case "pad" -> pad(given.exactly(3).text(0), given.number(1), given.number(2));
      case "truncate" -> truncate(given.exactly(2).text(0), given.number(1));
      case "len" -> TemplateValues.length(given.exactly(1).value(0));
      case "not" -> !TemplateValues.isTrue(given.exactly(1).value(0));
      case "index" -> index(given);
      case "slice" -> slice(given);
      case "eq" -> equalsAny(given);
      case "ne" -> !TemplateValues.equal(given.exactly(2).value(0), given.value(1));
      case "lt" -> TemplateValues.compare(given.exactly(2).value(0), given.value(1)) < 0;
      case "le" -> TemplateValues.compare(given.exactly(2).value(0), given.value(1)) <= 0;
      case "gt" -> TemplateValues.compare(given.exactly(2).value(0), given.value(1)) > 0;
      case "ge" -> TemplateValues.compare(given.exactly(2).value(0), given.value(1)) >= 0;
      default -> throw new IllegalArgumentException(name);
    };
  }

  /// What a function was called with; complains in its name.
  private record Arguments(String function, List<Object> values) {
    Arguments exactly(int count) throws ValueProblem {
      if (values.size() != count) {
        throw new ValueProblem(
            function + " takes " + count + " arguments, and here are " + values.size());
      }
      return this;
    }

    int count() {
      return values.size();
    }

    Object value(int index) throws ValueProblem {
      if (index >= values.size()) {
        throw new ValueProblem(function + " needs more arguments than " + values.size());
      }
      return values.get(index);
    }

    String text(int index) throws ValueProblem {
      return value(index) instanceof String text ? text : wrong(index, "a string");
    }

    int number(int index) throws ValueProblem {
      if (value(index) instanceof Long number) {
        return Math.clamp(number, Integer.MIN_VALUE, Integer.MAX_VALUE);
      }
      return wrong(index, "a whole number");
    }

    List<?> list(int index) throws ValueProblem {
      return switch (value(index)) {
        case List<?> list -> list;
        case Absent.LIST -> List.of();
        case null, default -> wrong(index, "a list");
      };
    }

    private <T> T wrong(int index, String expected) throws ValueProblem {
      throw new ValueProblem(
          function
              + " takes "
              + expected
              + " as argument "
              + (index + 1)
              + ", and here is "
              + TemplateValues.kind(values.get(index)));
    }
  }

  private static String bounded(String text) throws ValueProblem {
    return new BoundedText(BoundedText.MAX_OUTPUT).append(text).toString();
  }

  /* The first letter of each word, and only that. */
  private static String title(String text) {
    StringBuilder title = new StringBuilder(text);
    boolean inWord = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!inWord) {
        title.setCharAt(i, Character.toTitleCase(c));
      }
      boolean ascii = c < 0x80;
      inWord = ascii ? Character.isLetterOrDigit(c) || c == '_' : !Character.isWhitespace(c);
    }
    return title.toString();
  }

  private static String join(List<?> parts, String separator) throws ValueProblem {
    BoundedText text = new BoundedText(BoundedText.MAX_VALUE);
    String before = "";
    for (Object part : parts) {
      text.append(before);
      TemplateValues.printNested(part, text);
      before = separator;
    }
    return text.toString();
  }

  private static List<Object> split(String text, String separator) throws ValueProblem {
    List<Object> parts = new ArrayList<>();
    int at = 0;
    if (separator.isEmpty()) {
      text.codePoints().limit(MAX_PARTS + 1L).forEach(it -> parts.add(Character.toString(it)));
    } else {
      for (int next = text.indexOf(separator);
          next >= 0 && parts.size() <= MAX_PARTS;
          next = text.indexOf(separator, at)) {
        parts.add(text.substring(at, next));
        at = next + separator.length();
      }
      parts.add(text.substring(at));
    }
    if (parts.size() > MAX_PARTS) {
      throw new ValueProblem("split makes more than " + MAX_PARTS + " parts");
    }
    return parts;
  }

  private static String pad(String text, int before, int after) throws ValueProblem {
    if (text.isEmpty()) {
      return text;
    }
    return new BoundedText(BoundedText.MAX_VALUE)
        .repeat(" ", before)
        .append(text)
        .repeat(" ", after)
        .toString();
  }

  private static String truncate(String text, int length) throws ValueProblem {
    if (length < 0) {
      throw new ValueProblem("truncate to a length below 0");
    }
    return text.codePointCount(0, text.length()) <= length
        ? text
        : text.substring(0, text.offsetByCodePoints(0, length));
  }

  private static Object index(Arguments given) throws ValueProblem {
    Object value = given.value(0);
    for (int i = 1; i < given.count(); i++) {
      value = element(value, given, i);
    }
    return value;
  }

  private static Object element(Object of, Arguments given, int argument) throws ValueProblem {
    return switch (of) {
      case List<?> list -> list.get(position(given.number(argument), list.size()));
      case Absent.LIST -> position(given.number(argument), 0);
      case String text -> {
        byte[] bytes = TemplateValues.bytes(text);
        yield (long) (bytes[position(given.number(argument), bytes.length)] & 0xff);
      }
      case java.util.Map<?, ?> map -> {
        String key = given.text(argument);
        boolean ofTexts = map.values().stream().allMatch(String.class::isInstance);
        yield map.containsKey(key) || !ofTexts ? map.get(key) : "";
      }
      case Absent.MAP -> "";
      case JsonObject object -> object.members().get(given.text(argument));
      case null, default ->
          throw new ValueProblem(TemplateValues.kind(of) + " has no elements to index");
    };
  }

  private static int position(int index, int count) throws ValueProblem {
    if (index < 0 || index >= count) {
      throw new ValueProblem("index " + index + " of " + count + " elements");
    }
    return index;
  }

  private static Object slice(Arguments given) throws ValueProblem {
    Object of = given.value(0);
    byte[] bytes = of instanceof String text ? TemplateValues.bytes(text) : new byte[0];
    List<?> list = of instanceof String || of instanceof Absent ? List.of() : given.list(0);
    int length = of instanceof String ? bytes.length : list.size();
    int from = given.count() > 1 ? given.number(1) : 0;
    int to = given.count() > 2 ? given.number(2) : length;
    if (given.count() > 3) {
      throw new ValueProblem("slice takes at most 3 arguments, and here are " + given.count());
    }
    if (from < 0 || to > length || from > to) {
      throw new ValueProblem("slice from " + from + " to " + to + " of " + length + " elements");
    }
    return of instanceof String
        ? new String(bytes, from, to - from, StandardCharsets.UTF_8)
        : List.copyOf(list.subList(from, to));
  }

  private static boolean equalsAny(Arguments given) throws ValueProblem {
    Object first = given.value(0);
    boolean equal = TemplateValues.equal(first, given.value(1));
    for (int i = 2; i < given.count() && !equal; i++) {
      equal = TemplateValues.equal(first, given.value(i));
    }
    return equal;
  }
}

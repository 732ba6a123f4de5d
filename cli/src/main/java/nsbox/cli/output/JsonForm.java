package nsbox.cli.output;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import nsbox.json.JsonObject;

/// Values as JSON in the form that docker prints: objects in their order, maps by their keys, four
/// blanks a level.
///
/// Control characters that JSON would let through are escaped too: what an image says about itself
/// must not steer the terminal of whoever reads it.
public final class JsonForm {
  private static final String DOCKER_LEVEL = "    ";
  private static final int DELETE = 0x7f;
  private static final int LAST_C1 = 0x9f;

  private final StringBuilder text = new StringBuilder();
  private final boolean pretty;
  private final String level;

  private JsonForm(boolean pretty, String level) {
    this.pretty = pretty;
    this.level = level;
  }

  /// On one line.
  public static String compact(Object value) {
    JsonForm form = new JsonForm(false, "");
    form.write(value, "");
    return form.text.toString();
  }

  /// With one member or element a line.
  public static String pretty(Object value) {
    return indented(value, DOCKER_LEVEL);
  }

  /// Likewise.
  ///
  /// @param level what a member stands further in than its object
  public static String indented(Object value, String level) {
    JsonForm form = new JsonForm(true, level);
    form.write(value, "\n");
    return form.text.toString();
  }

  static String quoted(String string) {
    JsonForm form = new JsonForm(false, "");
    form.quote(string);
    return form.text.toString();
  }

  /* `line` is a line break and the blanks of the level that the value stands on. */
  private void write(Object value, String line) {
    switch (value) {
      case null -> text.append("null");
      case Absent _ -> text.append("null");
      case String string -> quote(string);
      case List<?> list -> writeList(list, line);
      case JsonObject object -> writeMembers(object.members(), line);
      case Map<?, ?> map -> writeMembers(TemplateValues.sorted(map), line);
      case Double number -> text.append(TemplateValues.text(number));
      default -> text.append(value);
    }
  }

  private void writeList(Collection<?> list, String line) {
    String inner = pretty ? line + level : "";
    text.append('[');
    String separator = "";
    for (Object element : list) {
      text.append(separator).append(inner);
      write(element, inner);
      separator = ",";
    }
    text.append(list.isEmpty() ? "" : line).append(']');
  }

  private void writeMembers(Map<String, Object> members, String line) {
    String inner = pretty ? line + level : "";
    text.append('{');
    String separator = "";
    for (Map.Entry<String, Object> member : members.entrySet()) {
      if (member.getValue() instanceof TemplateMethod) {
        continue;
      }
      text.append(separator).append(inner);
      quote(member.getKey());
      text.append(pretty ? ": " : ":");
      write(member.getValue(), inner);
      separator = ",";
    }
    text.append(separator.isEmpty() ? "" : line).append('}');
  }

  private void quote(String string) {
    text.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < ' ' || c >= DELETE && c <= LAST_C1 || c == '\u2028' || c == '\u2029') {
            text.append("\\u%04x".formatted((int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}

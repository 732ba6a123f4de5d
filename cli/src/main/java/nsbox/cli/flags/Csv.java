package nsbox.cli.flags;

import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Failure;

/// A line of comma-separated values, in which a field may stand in quotes.
///
/// @spec https://www.rfc-editor.org/rfc/rfc4180 RFC 4180
final class Csv {
  private Csv() {}

  static List<String> fields(String line, String option) throws Failure {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quoted && c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        field.append(c);
        i++;
      } else if (c == '"' && (quoted || field.isEmpty())) {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    if (quoted) {
      throw new Failure(option + " " + line + ": a quote is not closed");
    }
    fields.add(field.toString());
    return fields;
  }
}

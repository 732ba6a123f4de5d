package nsbox.cli.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonObject;

/// How a command that lists prints its rows: what `--format` says, as docker reads it.
///
/// `json` is one object a line; `table TEMPLATE` aligns what tabs part, below headings; `table`
/// alone is the default; any other template is printed once for each row. `{{range .}}` around all
/// of it, which podman's users write, changes nothing.
public sealed interface ListFormat {
  /// One JSON object a line.
  record JsonLines() implements ListFormat {}

  /// Columns with headings.
  record Aligned(GoTemplate template) implements ListFormat {}

  /// The template's text for each row, and a line break after it.
  record Plain(GoTemplate template) implements ListFormat {}

  String TABLE = "table";

  /// @param format as the user typed it, none for the default
  /// @param columns the template of the default table
  /// @throws TemplateException if it is no template
  static ListFormat parse(Optional<String> format, String columns) throws TemplateException {
    String text = format.orElse(TABLE).strip();
    if (text.equals("json")) {
      return new JsonLines();
    } else if (text.equals(TABLE)) {
      return new Aligned(GoTemplate.parse(columns));
    } else if (text.startsWith(TABLE + " ") || text.startsWith(TABLE + "\\t")) {
      return new Aligned(GoTemplate.parse(text.substring(TABLE.length()).strip()));
    }
    return new Plain(GoTemplate.parse(format.orElseThrow()));
  }

  /// The whole listing.
  ///
  /// @param headings of the members that a row has; those that are left out are headed by their
  ///   name
  /// @param withHeadings whether a table begins with them
  /// @throws TemplateException if the rows lack what the template names
  default String print(List<JsonObject> rows, Map<String, ?> headings, boolean withHeadings)
      throws TemplateException {
    return switch (this) {
      case JsonLines() -> {
        StringBuilder text = new StringBuilder();
        rows.forEach(row -> text.append(JsonForm.compact(row)).append('\n'));
        yield text.toString();
      }
      case Plain(GoTemplate template) -> String.join("", lines(template, rows));
      case Aligned(GoTemplate template) -> {
        List<String> lines = new ArrayList<>();
        JsonObject head = new JsonObject();
        headings.forEach(head::put);
        Object first = template.isRangeOverAll() ? List.of(head) : head;
        if (withHeadings) {
          lines.add(template.renderHeadings(first));
        }
        lines.addAll(lines(template, rows));
        yield aligned(String.join("", lines.stream().map(ListFormat::ended).toList()));
      }
    };
  }

  private static List<String> lines(GoTemplate template, List<JsonObject> rows)
      throws TemplateException {
    if (template.isRangeOverAll()) {
      return List.of(ended(template.render(rows)));
    }
    List<String> lines = new ArrayList<>(rows.size());
    for (JsonObject row : rows) {
      lines.add(template.render(row) + "\n");
    }
    return lines;
  }

  private static String ended(String text) {
    return text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
  }

  private static String aligned(String text) {
    List<String[]> rows = text.lines().map(line -> line.split("\t", -1)).toList();
    int columns = rows.stream().mapToInt(it -> it.length).max().orElse(0);
    Table table = new Table();
    for (String[] row : rows) {
      String[] cells = Arrays.copyOf(row, columns);
      Arrays.fill(cells, row.length, columns, "");
      table.add(cells);
    }
    return rows.isEmpty() ? "" : table.toString();
  }
}

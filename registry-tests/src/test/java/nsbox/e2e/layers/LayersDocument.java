package nsbox.e2e.layers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// The table of `snapshotter/LAYERS.md`, which says what each tool makes of each case.
///
/// A cell holds code spans. In nsbox's column they are the files of the tree, as [Tree#summary]
/// writes them; in a peer's, what differs from nsbox's tree, as [Tree#differences] does. A cell
/// that begins with "same" says that nothing differs, one that begins with "refuses" that there is
/// no tree, and its code span is a part of what the tool said.
record LayersDocument(Map<String, Map<String, Cell>> rows) {
  private static final Path FILE =
      Path.of(System.getProperty("nsbox.layers", "../snapshotter/LAYERS.md"));
  private static final Pattern CODE = Pattern.compile("`` (.*?) ``|`(.*?)`");

  record Cell(String text, List<String> code) {
    boolean refuses() {
      return text.startsWith("refuses");
    }
  }

  /// Reads all tables that have a column "nsbox".
  static LayersDocument read() throws IOException {
    Map<String, Map<String, Cell>> rows = new LinkedHashMap<>();
    List<String> columns = List.of();
    for (String line : Files.readAllLines(FILE)) {
      if (!line.startsWith("|")) {
        columns = List.of();
        continue;
      }
      List<String> cells = List.of(line.substring(1, line.length() - 1).split("\\|", -1));
      cells = cells.stream().map(String::strip).toList();
      if (columns.isEmpty()) {
        columns = cells.contains("nsbox") ? cells : List.of();
      } else if (!cells.getFirst().startsWith("---")) {
        Map<String, Cell> row = new LinkedHashMap<>();
        for (int i = 1; i < columns.size(); i++) {
          row.put(columns.get(i), cell(cells.get(i)));
        }
        if (rows.put(cells.getFirst(), row) != null) {
          throw new AssertionError("two rows of " + FILE + " are called " + cells.getFirst());
        }
      }
    }
    return new LayersDocument(rows);
  }

  private static Cell cell(String text) {
    List<String> code = new ArrayList<>();
    for (MatchResult span : CODE.matcher(text).results().toList()) {
      code.add(span.group(1) != null ? span.group(1) : span.group(2));
    }
    return new Cell(text, code);
  }
}

package nsbox.cli.output;

import java.util.ArrayList;
import java.util.List;

/// Columns as docker prints them: as wide as their widest cell, three blanks apart.
public final class Table {
  private static final int GAP = 3;

  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... headings) {
    rows.add(List.of(headings));
  }

  /// A table of which the first row is added like any other.
  public Table() {}

  /// Control characters in a cell are shown, not sent: what images and users write must not steer
  /// the terminal of whoever reads the table.
  public void add(String... cells) {
    List<String> row = new ArrayList<>(cells.length);
    for (String cell : cells) {
      row.add(Visible.text(cell));
    }
    rows.add(row);
  }

  @Override
  public String toString() {
    if (rows.isEmpty()) {
      return "";
    }
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        String cell = row.get(i);
        text.append(cell);
        if (i < columns - 1) {
          text.append(" ".repeat(widths[i] - cell.length() + GAP));
        }
      }
      text.append('\n');
    }
    return text.toString();
  }
}

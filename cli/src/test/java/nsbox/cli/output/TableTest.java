package nsbox.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void isAsWideAsItsWidestCells() {
    Table table = new Table("ID", "NAME", "PORTS");
    table.add("0123", "x", "");
    table.add("4", "longer", "80");
    assertEquals(
        """
        ID     NAME     PORTS
        0123   x        \n\
        4      longer   80
        """,
        table.toString());
  }

  @Test
  void hasItsHeadingsWithoutRows() {
    assertEquals("A   B\n", new Table("A", "B").toString());
  }
}

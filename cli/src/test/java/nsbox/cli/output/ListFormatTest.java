package nsbox.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;

class ListFormatTest {
  private static final Map<String, String> HEADINGS = Map.of("ID", "IMAGE ID", "Name", "NAME");
  private static final List<JsonObject> ROWS =
      List.of(
          new JsonObject().put("ID", "1").put("Name", "long name"),
          new JsonObject().put("ID", "2").put("Name", "b"));

  private static String print(String format, List<JsonObject> rows) throws TemplateException {
    return ListFormat.parse(Optional.ofNullable(format), "{{.ID}}\t{{.Name}}")
        .print(rows, HEADINGS, true);
  }

  @Test
  void printsTheDefaultTable() throws TemplateException {
    String expected = "IMAGE ID   NAME\n1          long name\n2          b\n";
    assertEquals(expected, print(null, ROWS));
    assertEquals(expected, print("table", ROWS));
    assertEquals("IMAGE ID   NAME\n", print(null, List.of()));
  }

  @Test
  void printsATableOfOnesOwn() throws TemplateException {
    assertEquals(
        "NAME        IMAGE ID\nLONG NAME   1\nB           2\n",
        print("table {{upper .Name}}\\t{{.ID}}", ROWS));
    assertEquals(
        "NAME   x   IMAGE ID\nlo     x   1\nb      x   2\n",
        print("table {{truncate .Name 2}}\\tx\\t{{.ID}}", ROWS));
  }

  @Test
  void leavesTheHeadingsOut() throws TemplateException {
    assertEquals(
        "1   long name\n2   b\n",
        ListFormat.parse(Optional.empty(), "{{.ID}}\t{{.Name}}").print(ROWS, HEADINGS, false));
  }

  @Test
  void printsOneObjectALine() throws TemplateException {
    assertEquals(
        "{\"ID\":\"1\",\"Name\":\"long name\"}\n{\"ID\":\"2\",\"Name\":\"b\"}\n",
        print("json", ROWS));
    assertEquals("", print("json", List.of()));
  }

  @Test
  void printsATemplateForEachRow() throws TemplateException {
    assertEquals("1:long name\n2:b\n", print("{{.ID}}:{{.Name}}", ROWS));
    assertEquals("1\tx\n2\tx\n", print("{{.ID}}\\tx", ROWS));
    assertEquals("", print("{{.ID}}", List.of()));
  }

  @Test
  void takesARangeOverAllForEachRow() throws TemplateException {
    assertEquals("1 2 \n", print("{{range .}}{{.ID}} {{end}}", ROWS));
    assertEquals("1\n2\n", print("{{range .}}{{.ID}}\\n{{end}}", ROWS));
    assertEquals("IMAGE ID\n1\n2\n", print("table {{range .}}{{.ID}}\\n{{end}}", ROWS));
  }

  @Test
  void showsControlCharactersInTables() throws TemplateException {
    List<JsonObject> rows = List.of(new JsonObject().put("ID", "\u001b[2J").put("Name", "x"));
    assertEquals("IMAGE ID   NAME\n\\x1b[2J    x\n", print(null, rows));
  }

  @Test
  void aTableOfAnUnknownFieldFailsWithoutRowsToo() {
    TemplateException e =
        assertThrows(TemplateException.class, () -> print("table {{.Nmae}}", List.of()));
    assertEquals(0, e.problem().indexOf("no field .Nmae; there are "));
  }
}

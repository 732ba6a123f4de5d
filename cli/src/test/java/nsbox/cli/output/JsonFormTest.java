package nsbox.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;

class JsonFormTest {
  private static final JsonObject OBJECT =
      new JsonObject()
          .put("b", List.of("x", 1L, 2.0))
          .put("a", Map.of("z", true, "y", Absent.LIST))
          .put("none", List.of())
          .put("hidden", TemplateMethod.of("x"))
          .put("empty", new JsonObject());

  @Test
  void keepsTheOrderOfObjectsAndSortsMaps() {
    assertEquals(
        "{\"b\":[\"x\",1,2],\"a\":{\"y\":null,\"z\":true},\"none\":[],\"empty\":{}}",
        JsonForm.compact(OBJECT));
  }

  @Test
  void indentsByFour() {
    assertEquals(
        """
        [
            {
                "b": [
                    "x",
                    1,
                    2
                ],
                "a": {
                    "y": null,
                    "z": true
                },
                "none": [],
                "empty": {}
            }
        ]\
        """,
        JsonForm.pretty(List.of(OBJECT)));
  }

  @Test
  void escapesWhatCouldSteerATerminal() {
    assertEquals(
        "\"\\\"\\\\\\n\\t\\u001b\\u007f\\u009bä<\\u2028\"",
        JsonForm.compact("\"\\\n\t\u001b\u007f\u009bä<\u2028"));
  }
}

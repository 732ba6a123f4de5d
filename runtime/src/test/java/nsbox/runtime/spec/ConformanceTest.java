package nsbox.runtime.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.runtime.seccomp.Seccomp;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// CONFORMANCE.md has every field of the specification, once, and says of each what is so.
class ConformanceTest {
  private static final String DOCUMENT = "config.json: ";
  private static final String MINIMAL =
      """
      {"ociVersion": "1.3.0", "root": {"path": "rootfs"},
       "process": {"args": ["sh"], "cwd": "/", "user": {"uid": 0, "gid": 0}},
       "linux": {"namespaces": [{"type": "mount"}, {"type": "network"}, {"type": "uts"}],
                 "resources": {}}}
      """;

  /// @param place where the sample goes
  /// @param value JSON that says something
  private record Sample(String field, String place, String value) {
    @Override
    public String toString() {
      return field;
    }
  }

  private record Row(String state, String note) {}

  private static final Map<String, Sample> FIELDS = new LinkedHashMap<>();
  private static final Map<String, Row> ROWS = new LinkedHashMap<>();

  @BeforeAll
  static void readBoth() throws IOException {
    FIELDS.clear();
    ROWS.clear();
    for (String line : resource()) {
      if (!line.startsWith("#")) {
        String[] cells = line.split(" \\| ?", 3);
        String place = cells[1].isBlank() ? beforeElements(cells[0]) : cells[1].strip();
        assertEquals(null, FIELDS.put(cells[0], new Sample(cells[0], place, cells[2])), line);
      }
    }
    for (String line : Files.readAllLines(Path.of("CONFORMANCE.md"))) {
      if (line.startsWith("| `")) {
        readRow(line);
      }
    }
  }

  private static void readRow(String line) {
    String[] cells = line.substring(2).split(" \\| ?", 3);
    assertEquals(3, cells.length, line);
    String parent = "";
    for (String cell : cells[0].split(", ")) {
      assertTrue(cell.startsWith("`") && cell.endsWith("`"), line);
      String path = cell.substring(1, cell.length() - 1);
      if (path.startsWith(".")) {
        path = parent + path;
      } else if (path.indexOf('.') > 0) {
        parent = path.substring(0, path.lastIndexOf('.'));
      }
      Row row = new Row(cells[1], cells[2].substring(0, cells[2].lastIndexOf('|')).strip());
      for (String field : named(path)) {
        assertEquals(null, ROWS.put(field, row), field + " has two rows");
      }
    }
  }

  /* Itself, or all that is below it. */
  private static List<String> named(String path) {
    if (!path.endsWith(".**")) {
      return List.of(path);
    }
    String prefix = path.substring(0, path.length() - 2);
    List<String> named = new ArrayList<>();
    for (String field : FIELDS.keySet()) {
      if (field.startsWith(prefix)) {
        named.add(field);
      }
    }
    assertFalse(named.isEmpty(), path + " names nothing");
    return named;
  }

  private static List<String> resource() throws IOException {
    try (var in = ConformanceTest.class.getResourceAsStream("runtime-spec-1.3-fields.txt")) {
      assertNotNull(in);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static String beforeElements(String path) {
    int list = path.indexOf("[]");
    int map = path.indexOf(".*");
    int end = list < 0 ? map : map < 0 ? list : Math.min(list, map);
    return end < 0 ? path : path.substring(0, end);
  }

  @Test
  void hasEachFieldOnce() {
    assertEquals(247, FIELDS.size());
    assertEquals(new TreeSet<>(FIELDS.keySet()), new TreeSet<>(ROWS.keySet()));
  }

  @Test
  void saysOneOfFourThings() {
    for (Map.Entry<String, Row> row : ROWS.entrySet()) {
      String state = row.getValue().state();
      assertTrue(
          Set.of("applied", "checked", "refused", "ignored").contains(state), row.toString());
      assertTrue(!state.equals("ignored") || !row.getValue().note().isEmpty(), row.toString());
    }
  }

  static Stream<Sample> fields() {
    return FIELDS.values().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fields")
  void saysWhatIsSo(Sample sample) throws JsonException {
    String refused = refusal(sample);
    if (!ROWS.get(sample.field()).state().equals("refused")) {
      assertEquals("", refused, sample.field());
      return;
    }
    assertTrue(refused.startsWith(DOCUMENT), sample.field() + " is refused by: " + refused);
    String named = refused.substring(DOCUMENT.length()).split(": ")[0];
    named = named.replaceAll("\\[[0-9]+]", "[]");
    assertTrue(
        sample.field().equals(named)
            || sample.field().startsWith(named + ".")
            || sample.field().startsWith(named + "[]"),
        sample.field() + " is refused by: " + refused);
  }

  /* The complaint of the readers that every configuration passes through; empty without one. */
  private static String refusal(Sample sample) throws JsonException {
    JsonObject config = Json.parse(MINIMAL.getBytes(StandardCharsets.UTF_8), "config.json");
    JsonObject object = config;
    String[] names = sample.place().split("\\.");
    for (int i = 0; i < names.length - 1; i++) {
      if (!object.has(names[i])) {
        object.put(names[i], new JsonObject());
      }
      object = object.object(names[i]);
    }
    String value = "{\"value\": " + sample.value() + "}";
    object.put(
        names[names.length - 1],
        Json.parse(value.getBytes(StandardCharsets.UTF_8), "sample").members().get("value"));
    /* Once more, so that every object knows its place. */
    JsonObject placed = Json.parse(Json.bytes(config), "config.json");
    try {
      Spec spec = Spec.parse(placed);
      if (spec.linux().hasSeccomp()) {
        Seccomp.parse(spec.linux().seccomp());
      }
      return "";
    } catch (UnsupportedSpecException | JsonException e) {
      return e.getMessage();
    }
  }
}

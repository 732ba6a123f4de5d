package nsbox.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerGlanceTest {
  private static JsonObject written(String name, List<String> command) {
    return new JsonObject()
        .put("id", "abc")
        .put("name", name)
        .put("image", "alpine")
        .put("imageId", "sha256:1")
        .put("layers", List.of("sha256:2", "sha256:3"))
        .put("driver", "overlay")
        .put("command", command)
        .put("createdNanos", 5_000_000_001L)
        .put("stopSignal", 15)
        .put("labels", new JsonObject().put("name", "other"));
  }

  /* With and without the parser the same comes out. */
  private static void assertSame(byte[] json) throws IOException {
    ContainerGlance glance = ContainerGlance.of(json, "file");
    ContainerRecord record = new ContainerRecord(Json.parse(json, "file"));
    assertEquals(record.id(), glance.id());
    assertEquals(record.shortId(), glance.shortId());
    assertEquals(record.name(), glance.name());
    assertEquals(record.image(), glance.image());
    assertEquals(record.command(), glance.command());
    assertEquals(record.createdNanos(), glance.createdNanos());
    assertEquals(record.createdSeconds(), glance.createdSeconds());
    assertEquals(record.labels(), glance.record().labels());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"plain", "", "with \"quotes\"", "back\\slash", "line\nbreak", "ä", "],\"x\":["})
  void readsAnyWord(String word) throws IOException {
    assertSame(Json.bytes(written("n", List.of("sh", word, "end"))));
    assertSame(Json.bytes(written("n", List.of(word))));
    assertSame(Json.bytes(written(word, List.of())));
  }

  @Test
  void readsMembersInAnotherOrder() throws IOException {
    JsonObject other = new JsonObject();
    JsonObject usual = written("n", List.of("a"));
    usual.members().keySet().stream()
        .sorted()
        .forEach(it -> other.put(it, usual.members().get(it)));
    assertSame(Json.bytes(other));
    assertSame(Json.prettyText(usual).getBytes(UTF_8));
    assertSame(Json.bytes(usual.remove("driver")));
  }

  @Test
  void complainsOfWhatIsNoContainer() {
    for (String text : new String[] {"", "{", "{\"id\":\"", "{\"id\":\"a\",\"name\":\"b\"}"}) {
      assertThrows(IOException.class, () -> ContainerGlance.of(text.getBytes(UTF_8), "f"), text);
    }
  }
}

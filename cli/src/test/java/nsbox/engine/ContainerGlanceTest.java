package nsbox.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
    assertEquals(record.exposedPorts(), glance.exposedPorts());
    assertEquals(record.ports(), glance.ports());
    assertEquals(record.json().has("health"), glance.isAskedForHealth());
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

  private static JsonObject port(String host, long hostPort) throws IOException {
    JsonObject port = new JsonObject();
    if (!host.isEmpty()) {
      port.put("hostIp", host);
    }
    return port.put("hostPort", hostPort).put("containerPort", 80L).put("protocol", "tcp");
  }

  private static JsonObject withPorts(boolean exposed, boolean asked, JsonObject... ports) {
    JsonObject begun = new JsonObject();
    for (var member : written("n", List.of("a")).members().entrySet()) {
      if (member.getKey().equals("stopSignal")) {
        if (exposed) {
          begun.put("exposed", List.of("80/tcp", "81/udp"));
        }
        if (ports.length > 0) {
          begun.put("ports", List.of(ports));
        }
        if (asked) {
          begun.put("health", new JsonObject().put("Test", List.of("CMD", "true")));
        }
      }
      begun.put(member.getKey(), member.getValue());
    }
    return begun;
  }

  @Test
  void readsPorts() throws IOException {
    for (boolean exposed : new boolean[] {false, true}) {
      for (boolean asked : new boolean[] {false, true}) {
        assertSame(Json.bytes(withPorts(exposed, asked)));
        assertSame(Json.bytes(withPorts(exposed, asked, port("", 8080))));
        assertSame(
            Json.bytes(
                withPorts(exposed, asked, port("127.0.0.1", 1), port("", 65535), port("::", 2))));
      }
    }
  }

  @Test
  void readsPortsOfWhateverPartItHas(@TempDir Path directory) throws IOException {
    byte[] json =
        Json.bytes(withPorts(true, true, port("127.0.0.1", 1), port("", 65535), port("::", 2)));
    ContainerFolder folder = new ContainerFolder("abc", directory, directory.resolve("run"));
    Files.write(folder.recordFile(), json);
    ContainerRecord record = folder.record();
    for (int most = 1; most <= json.length + 1; most++) {
      byte[] beginning = Arrays.copyOf(json, Math.min(most, json.length));
      ContainerGlance glance = ContainerGlance.of(folder, beginning, most);
      assertEquals(record.exposedPorts(), glance.exposedPorts());
      assertEquals(record.ports(), glance.ports(), "first " + most);
      assertEquals(true, glance.isAskedForHealth());
    }
  }

  @Test
  void complainsOfWhatIsNoContainer() {
    for (String text : new String[] {"", "{", "{\"id\":\"", "{\"id\":\"a\",\"name\":\"b\"}"}) {
      assertThrows(IOException.class, () -> ContainerGlance.of(text.getBytes(UTF_8), "f"), text);
    }
  }
}

package nsbox.e2e.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.Test;

final class EventsTest extends RealImageTests {
  @Test
  void printOneLineOfStatistics() throws Exception {
    command("sleep", "300");
    String id = running();
    Result result = runtime("events", "--stats", id).expect(0);
    assertEquals(1, result.out().lines().count(), result.out());
    JsonObject event = Json.parse(result.out().getBytes(UTF_8), "event");
    assertEquals("stats", event.string("type"));
    assertEquals(id, event.string("id"));
    JsonObject data = event.object("data");
    assertEquals(1, data.object("pids").number("current"));
    assertTrue(data.object("memory").object("usage").number("usage") > 0, result.out());
    assertTrue(data.object("cpu").object("usage").number("total") > 0, result.out());
  }

  @Test
  void goOnUntilTheContainerEnds() throws Exception {
    command("sleep", "300");
    String id = running();
    Running events = start(Map.of(), "events", "--interval", "100ms", id);
    Nsbox.await("two lines", () -> events.out().lines().count() >= 2);
    runtime("kill", id, "KILL").expect(0);
    Result result = events.finish().expect(0);
    for (String line : result.out().lines().toList()) {
      assertEquals("stats", Json.parse(line.getBytes(UTF_8), "event").string("type"));
    }
  }

  @Test
  void tellOfWantOfMemory() throws Exception {
    command("sh", "-c", "sleep 2; tail /dev/zero; sleep 300");
    JsonObject config = config();
    JsonObject limits = new JsonObject().put("limit", 16L << 20).put("swap", 16L << 20);
    config.put(
        "linux", config.object("linux").put("resources", new JsonObject().put("memory", limits)));
    write(config);
    String id = running();
    Running events = start(Map.of(), "events", "--interval", "1h", id);
    events.awaitOut("{\"type\":\"oom\",\"id\":\"" + id + "\"}\n");
    runtime("kill", id, "KILL").expect(0);
    events.finish().expect(0);
  }

  @Test
  void needAContainerAndATime() throws Exception {
    command("sleep", "300");
    String id = running();
    refused("duration interval must be greater than 0", "events", "--interval", "0", id);
    refused(
        "--interval: invalid duration: soon, expected one such as 5s",
        "events",
        "--interval=soon",
        id);
    refused("container does not exist: nobody", "events", "nobody");
    runtime("kill", id, "KILL").expect(0);
    Nsbox.await("its end", () -> runtime("state", id).out().contains("\"status\": \"stopped\""));
    refused("container with id " + id + " is not running", "events", id);
  }
}

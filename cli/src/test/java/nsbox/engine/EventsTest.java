package nsbox.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsTest {
  @TempDir Path temp;
  private StateRoots roots;

  @BeforeEach
  void makeRoots() throws IOException {
    roots = new StateRoots(temp.resolve("root"), temp.resolve("run"));
    roots.create();
  }

  @Test
  void aRecordIsOneLine() throws IOException {
    Events events = new Events(roots);
    events.record("volume", "create", "v", Map.of("a", "line\nbreak"));
    assertEquals(1, Files.readAllLines(events.file()).size());
    try (EventReader reader = EventReader.fromStart(events)) {
      JsonObject event = reader.next().getFirst();
      assertEquals("create", event.string("Action"));
      assertEquals("volume", event.string("Type"));
      assertEquals("line\nbreak", event.object("Actor").object("Attributes").string("a"));
      assertEquals(List.of(), reader.next());
    }
  }

  @Test
  void followersMissNothingWhereManyWriteAndTheFileIsPutAside() throws Exception {
    /* Some forty lines a file. */
    Events events = new Events(roots, 8000);
    List<Thread> writers = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    try (EventReader reader = EventReader.fromNow(events)) {
      for (int i = 0; i < 4; i++) {
        int writer = i;
        Thread thread = new Thread(() -> write(events, writer));
        thread.start();
        writers.add(thread);
      }
      while (writers.stream().anyMatch(Thread::isAlive)) {
        collect(reader, seen);
      }
      collect(reader, seen);
      collect(reader, seen);
    }
    assertTrue(Files.exists(events.olderFile()));
    assertTrue(Files.size(events.olderFile()) > 8000);
    assertEquals(4 * 60, seen.size());
    seen.sort(null);
    assertEquals("0-00", seen.getFirst());
    assertEquals("3-59", seen.getLast());
  }

  private static void write(Events events, int writer) {
    for (int i = 0; i < 60; i++) {
      events.record("container", "test", writer + "-" + (i < 10 ? "0" : "") + i, Map.of());
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static void collect(EventReader reader, List<String> seen) throws IOException {
    for (JsonObject event : reader.next()) {
      seen.add(event.string("id"));
    }
  }

  @Test
  void whatCannotBeRecordedStopsNobody() throws IOException {
    Files.createDirectory(new Events(roots).file());
    new Events(roots).record("container", "create", "a", Map.of());
    assertTrue(Files.isDirectory(new Events(roots).file()));
  }
}

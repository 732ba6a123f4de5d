package nsbox.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
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

  /* What a reader is promised holds while the file is put aside no more than once between two
   * looks: the writers are at most 40 records ahead of it, and a file takes more than those. */
  @Test
  void followersMissNothingWhereManyWriteAndTheFileIsPutAside() throws Exception {
    Events events = new Events(roots, 50 * lengthOfOne());
    Semaphore ahead = new Semaphore(40);
    List<Thread> writers = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    try (EventReader reader = EventReader.fromNow(events)) {
      for (int i = 0; i < 4; i++) {
        int writer = i;
        Thread thread = new Thread(() -> write(events, writer, ahead));
        thread.start();
        writers.add(thread);
      }
      while (writers.stream().anyMatch(Thread::isAlive)) {
        ahead.release(collect(reader, seen));
      }
      collect(reader, seen);
    }
    assertTrue(Files.exists(events.olderFile()));
    seen.sort(null);
    List<String> written = new ArrayList<>();
    for (int writer = 0; writer < 4; writer++) {
      for (int i = 0; i < 100; i++) {
        written.add(id(writer, i));
      }
    }
    assertEquals(written, seen);
  }

  @Test
  void aFilePutAsideBetweenTwoLooksIsReadFromItsBeginning() throws Exception {
    Events events = new Events(roots, 2 * lengthOfOne() - 1);
    for (int kept = 0; kept < 2; kept++) {
      write(events, "before" + kept);
    }
    try (EventReader reader = EventReader.fromNow(events)) {
      write(events, "first");
      List<String> seen = new ArrayList<>();
      assertEquals(1, collect(reader, seen));
      write(events, "second");
      write(events, "third");
      write(events, "fourth");
      write(events, "fifth");
      collect(reader, seen);
      assertEquals(List.of("first", "second", "third", "fourth", "fifth"), seen);
    }
  }

  @Test
  void aWriterThatHadOpenedTheFileBeforeItWasPutAsideIsHeard() throws Exception {
    Events events = new Events(roots);
    write(events, "first");
    try (EventReader reader = EventReader.fromNow(events);
        FileOutputStream slow = new FileOutputStream(events.file().toFile(), true)) {
      Files.move(events.file(), events.olderFile());
      write(events, "second");
      List<String> seen = new ArrayList<>();
      collect(reader, seen);
      slow.write("{\"id\":\"late\"}\n".getBytes(UTF_8));
      collect(reader, seen);
      assertEquals(List.of("second", "late"), seen);
    }
  }

  private long lengthOfOne() throws IOException {
    StateRoots elsewhere = new StateRoots(temp.resolve("length"), temp.resolve("length-run"));
    elsewhere.create();
    Events events = new Events(elsewhere);
    write(events, id(0, 0));
    return Files.size(events.file());
  }

  private static void write(Events events, int writer, Semaphore ahead) {
    for (int i = 0; i < 100; i++) {
      ahead.acquireUninterruptibly();
      write(events, id(writer, i));
    }
  }

  private static void write(Events events, String id) {
    events.record("container", "test", id, Map.of());
  }

  private static String id(int writer, int number) {
    return writer + "-" + (100 + number);
  }

  private static int collect(EventReader reader, List<String> seen) throws IOException {
    List<JsonObject> events = reader.next();
    for (JsonObject event : events) {
      seen.add(event.string("id"));
    }
    return events.size();
  }

  @Test
  void whatCannotBeRecordedStopsNobody() throws IOException {
    Files.createDirectory(new Events(roots).file());
    new Events(roots).record("container", "create", "a", Map.of());
    assertTrue(Files.isDirectory(new Events(roots).file()));
  }
}

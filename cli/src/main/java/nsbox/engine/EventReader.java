package nsbox.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Reads what [Events] keeps: first what is there, then what comes, also across the moments in
/// which the file is put aside.
///
/// Nothing is missed by whoever calls [#next] before the file has been put aside twice. The file
/// that was put aside is read further, for a writer that had opened it before may be slow.
public final class EventReader implements AutoCloseable {
  private final Events events;
  private Tail older;
  private Tail newer;

  private EventReader(Events events) throws IOException {
    this.events = events;
    /* In this order: what is put aside meanwhile is the same file twice, and none is left out. */
    newer = Tail.open(events.file());
    older = Tail.open(events.olderFile());
    if (older != null && older.is(newer)) {
      older.close();
      older = null;
    }
  }

  /// All that is kept, the oldest first.
  public static EventReader fromStart(Events events) throws IOException {
    return new EventReader(events);
  }

  /// Only what comes.
  public static EventReader fromNow(Events events) throws IOException {
    EventReader reader = new EventReader(events);
    if (reader.older != null) {
      reader.older.skip();
    }
    if (reader.newer != null) {
      reader.newer.skip();
    }
    return reader;
  }

  /// What came since the last call. A line that is no event, as a power cut may leave one, is left
  /// out.
  public List<JsonObject> next() throws IOException {
    List<JsonObject> found = new ArrayList<>();
    read(older, found);
    read(newer, found);
    if (newer == null || !newer.isAt(events.file())) {
      follow(found);
    }
    return found;
  }

  /* The file was put aside, perhaps more than once. */
  private void follow(List<JsonObject> found) throws IOException {
    Tail next = Tail.open(events.file());
    Tail aside = Tail.open(events.olderFile());
    read(newer, found);
    if (aside == null || aside.is(newer) || aside.is(older) || aside.is(next)) {
      close(aside);
      if (newer != null) {
        close(older);
        older = newer;
      }
    } else {
      close(older);
      close(newer);
      older = aside;
    }
    newer = next;
    read(older, found);
    read(newer, found);
  }

  private static void read(Tail tail, List<JsonObject> found) throws IOException {
    if (tail != null) {
      tail.read(found);
    }
  }

  private static void close(Tail tail) throws IOException {
    if (tail != null) {
      tail.close();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      close(older);
    } finally {
      close(newer);
    }
  }

  /// One of the two files, read as far as it is written.
  private static final class Tail {
    private final KnownFile file;
    private final ByteArrayOutputStream partial = new ByteArrayOutputStream();

    private Tail(KnownFile file) {
      this.file = file;
    }

    /// @return null where there is no such file
    static Tail open(Path path) throws IOException {
      KnownFile file = KnownFile.open(path);
      return file == null ? null : new Tail(file);
    }

    boolean is(Tail other) {
      return other != null && file.key().equals(other.file.key());
    }

    boolean isAt(Path path) throws IOException {
      try {
        return file.key().equals(KnownFile.key(path));
      } catch (NoSuchFileException e) {
        return false;
      }
    }

    void skip() throws IOException {
      file.channel().position(file.channel().size());
    }

    void read(List<JsonObject> events) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
      while (file.channel().read(buffer) > 0) {
        take(buffer.array(), buffer.position(), events);
        buffer.clear();
      }
    }

    private void take(byte[] bytes, int length, List<JsonObject> events) {
      int start = 0;
      for (int i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
          partial.write(bytes, start, i - start);
          add(partial.toByteArray(), events);
          partial.reset();
          start = i + 1;
        }
      }
      partial.write(bytes, start, length - start);
    }

    private static void add(byte[] line, List<JsonObject> events) {
      try {
        events.add(Json.parse(line, "an event"));
      } catch (JsonException e) {
        return;
      }
    }

    void close() throws IOException {
      file.close();
    }
  }
}

package nsbox.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Reads what [Events] keeps: first what is there, then what comes, also across the moment in which
/// the file is put aside.
public final class EventReader implements AutoCloseable {
  private final Path file;
  private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
  private byte[] older = new byte[0];
  private FileChannel channel;
  private Object key;

  private EventReader(Path file) {
    this.file = file;
  }

  /// All that is kept, the oldest first.
  public static EventReader fromStart(Events events) throws IOException {
    EventReader reader = new EventReader(events.file());
    /* Opened first: what is put aside meanwhile is then in the one or the other. */
    reader.open();
    reader.older = olderThan(events, reader);
    return reader;
  }

  /// Only what comes.
  public static EventReader fromNow(Events events) throws IOException {
    EventReader reader = new EventReader(events.file());
    reader.open();
    if (reader.channel != null) {
      reader.channel.position(reader.channel.size());
    }
    return reader;
  }

  private static byte[] olderThan(Events events, EventReader reader) throws IOException {
    try {
      boolean same = Objects.equals(reader.key, key(events.olderFile()));
      return same ? new byte[0] : Files.readAllBytes(events.olderFile());
    } catch (NoSuchFileException e) {
      return new byte[0];
    }
  }

  private void open() throws IOException {
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      key = key(file);
    } catch (NoSuchFileException e) {
      channel = null;
    }
  }

  private static Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  /// What came since the last call. A line that is no event, as a power cut may leave one, is left
  /// out.
  public List<JsonObject> next() throws IOException {
    List<JsonObject> events = new ArrayList<>();
    take(older, older.length, events);
    older = new byte[0];
    if (channel == null) {
      open();
    }
    if (channel == null) {
      return events;
    }
    boolean replaced = isReplaced();
    read(events);
    if (replaced) {
      /* Whoever had opened it before may have written once more: it was read after the look. */
      channel.close();
      partial.reset();
      open();
      if (channel != null) {
        read(events);
      }
    }
    return events;
  }

  private boolean isReplaced() throws IOException {
    try {
      return !Objects.equals(key, key(file));
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  private void read(List<JsonObject> events) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    while (channel.read(buffer) > 0) {
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

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}

package nsbox.engine;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import nsbox.json.Json;
import nsbox.json.JsonObject;

/// What happened to containers and images, a line of JSON each, in docker's form.
///
/// Each record is one write to the end of `events.jsonl`, so that commands and monitors need no
/// lock. A file that has grown large becomes `events.jsonl.1`, in the place of an older one.
public final class Events {
  /// Kept at least; at most twice as much.
  public static final long KEPT_BYTES = 1 << 20;

  private static final Object PUTTING_ASIDE = new Object();

  private final Path root;
  private final long keptBytes;

  public Events(StateRoots roots) {
    this(roots, KEPT_BYTES);
  }

  /// @param keptBytes from what length on the file is put aside
  Events(StateRoots roots, long keptBytes) {
    this.root = roots.root();
    this.keptBytes = keptBytes;
  }

  /// Where records are written.
  public Path file() {
    return root.resolve("events.jsonl");
  }

  /// Where older ones are.
  public Path olderFile() {
    return root.resolve("events.jsonl.1");
  }

  /// Records what happened to a container.
  public void container(String action, ContainerRecord container) {
    container(action, container, Map.of());
  }

  /// @param more attributes beside the image, the name and the labels
  public void container(String action, ContainerRecord container, Map<String, String> more) {
    try {
      record("container", action, container.id(), attributes(container, more));
    } catch (IOException e) {
      /* Its labels cannot be read; whoever did something with it will have said so. */
      record("container", action, container.id(), more);
    }
  }

  static Map<String, String> attributes(ContainerRecord container, Map<String, String> more)
      throws IOException {
    Map<String, String> attributes = new LinkedHashMap<>(container.labels());
    attributes.put("image", container.image());
    attributes.put("name", container.name());
    attributes.putAll(more);
    return attributes;
  }

  /// Records what happened to an image.
  ///
  /// @param name that it happened to, or else its ID
  public void image(String action, String id, String name) {
    record("image", action, id, Map.of("name", name));
  }

  /// Records anything. What has happened has happened, also where it cannot be recorded.
  ///
  /// @param type as docker's: `container`, `image`, `network`, `volume`
  public void record(String type, String action, String id, Map<String, String> attributes) {
    Instant now = Instant.now();
    JsonObject members = new JsonObject();
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      members.put(attribute.getKey(), attribute.getValue());
    }
    JsonObject event =
        new JsonObject()
            .put("status", action)
            .put("id", id)
            .put("from", attributes.getOrDefault("image", ""))
            .put("Type", type)
            .put("Action", action)
            .put("Actor", new JsonObject().put("ID", id).put("Attributes", members))
            .put("scope", "local")
            .put("time", now.getEpochSecond())
            .put("timeNano", now.getEpochSecond() * 1_000_000_000 + now.getNano());
    byte[] line = (Json.text(event) + "\n").getBytes(StandardCharsets.UTF_8);
    try (FileOutputStream out = new FileOutputStream(file().toFile(), true)) {
      out.write(line);
      if (out.getChannel().size() > keptBytes) {
        putAside();
      }
    } catch (IOException e) {
      return;
    }
  }

  /* Under a lock, for a second one would put a nearly empty file in the place of a full one; the
   * lock of a file is between processes, and two threads that want it are an error. */
  private void putAside() throws IOException {
    synchronized (PUTTING_ASIDE) {
      putAsideOfAllThreads();
    }
  }

  private void putAsideOfAllThreads() throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                root.resolve("events.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (Files.size(file()) > keptBytes) {
        Files.move(file(), olderFile(), StandardCopyOption.ATOMIC_MOVE);
      }
      lock.release();
    }
  }
}

package nsbox.engine;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import nsbox.json.JsonObject;

/// What was asked of a container, as container.json keeps it. It never changes.
///
/// @param image as the user named it
/// @param layers chain IDs of the snapshots that it stands on, lowest first
/// @param command program and arguments
/// @param driver that made its root file system: [nsbox.snapshot.Driver#name]
/// @param createdSeconds since the epoch
/// @param stopSignal number of the signal that `stop` sends first
/// @param storageBytes how much its files may take up; 0 for no limit
/// @param autoRemove the container goes with its process
public record ContainerRecord(
    String id,
    String name,
    String image,
    String imageId,
    List<String> layers,
    String driver,
    List<String> command,
    long createdSeconds,
    int stopSignal,
    long storageBytes,
    boolean autoRemove,
    boolean terminal,
    Map<String, String> labels) {

  public String shortId() {
    return id.substring(0, Math.min(12, id.length()));
  }

  JsonObject toJson() {
    JsonObject labelObject = new JsonObject();
    labels.forEach(labelObject::put);
    return new JsonObject()
        .put("id", id)
        .put("name", name)
        .put("image", image)
        .put("imageId", imageId)
        .put("layers", layers)
        .put("driver", driver)
        .put("command", command)
        .put("createdSeconds", createdSeconds)
        .put("stopSignal", stopSignal)
        .put("storageBytes", storageBytes)
        .put("autoRemove", autoRemove)
        .put("terminal", terminal)
        .put("labels", labelObject);
  }

  static ContainerRecord of(JsonObject json) throws IOException {
    return new ContainerRecord(
        json.string("id"),
        json.string("name"),
        json.string("image"),
        json.string("imageId"),
        json.strings("layers"),
        json.optionalString("driver").orElse("overlay"),
        json.strings("command"),
        json.number("createdSeconds"),
        (int) json.number("stopSignal"),
        json.has("storageBytes") ? json.number("storageBytes") : 0,
        json.flag("autoRemove"),
        json.flag("terminal"),
        json.stringMap("labels"));
  }
}

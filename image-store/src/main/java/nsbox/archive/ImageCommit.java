package nsbox.archive;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageManifest;
import nsbox.image.ImageStore;
import nsbox.image.Ingest;
import nsbox.image.LimitExceededException;
import nsbox.image.Reference;
import nsbox.image.StoredImage;
import nsbox.json.Json;
import nsbox.json.JsonObject;

/// An image that is another one with a layer more.
///
/// What the other one's config says stays, also what nsbox does not know; so do the annotations of
/// its manifest, where the format has any.
public final class ImageCommit {
  private final ImageStore store;
  private final Settings settings;

  /// What the user says about the image.
  ///
  /// @param changes instructions of a Dockerfile
  /// @param author of the image; without one the other image's stays
  /// @param message for the history
  /// @param createdBy the command that the layer comes from, for the history
  /// @param created when it was made
  public record Settings(
      Optional<Reference> name,
      ImageFormat format,
      List<String> changes,
      Optional<String> author,
      Optional<String> message,
      String createdBy,
      Instant created) {}

  public ImageCommit(ImageStore store, Settings settings) {
    this.store = store;
    this.settings = settings;
  }

  /// Finds out, before anything is made, what stands in the way of the image.
  ///
  /// @throws InvalidChangeException if one of the changes is none
  /// @throws nsbox.image.ImageException if the other image is damaged, or cannot have a layer more
  public void check(StoredImage parent) throws IOException {
    config(parent);
    for (Descriptor layer : parent.manifest().layers()) {
      settings.format().layer(layer);
      store.blobs().open(layer).close();
    }
    int layers = parent.manifest().layers().size() + 1;
    if (layers > ImageManifest.MAX_LAYERS) {
      throw new LimitExceededException(
          "layers of an image on " + parent.id(), ImageManifest.MAX_LAYERS, layers);
    }
  }

  /// Stores the image, all of it or nothing.
  ///
  /// @param parent held by `ingest`
  /// @return the image's ID
  public Digest commit(StoredImage parent, NewLayer layer, Ingest ingest) throws IOException {
    byte[] config = document(parent, layer.diffId());
    Descriptor described =
        new Descriptor(settings.format().configType(), Digest.sha256(config), config.length);
    List<Descriptor> layers = new ArrayList<>();
    for (Descriptor below : parent.manifest().layers()) {
      layers.add(settings.format().layer(below));
    }
    layers.add(settings.format().layer(layer.descriptor()));
    ImageManifest manifest = new ImageManifest(settings.format().manifestType(), described, layers);
    byte[] bytes = manifestBytes(parent, manifest);
    Descriptor descriptor =
        new Descriptor(manifest.mediaType(), Digest.sha256(bytes), bytes.length);
    Gathering gathering = new Gathering(store, ingest, Optional.empty());
    gathering.hashedLayer(layers.getLast(), layer.file(), "the new layer");
    gathering.image(descriptor, bytes, manifest, config, settings.name().orElse(null));
    return gathering.publish().getFirst().id();
  }

  private byte[] manifestBytes(StoredImage parent, ImageManifest manifest) throws IOException {
    byte[] bytes = DockerArchive.bytes(manifest);
    if (settings.format() == ImageFormat.DOCKER) {
      return bytes;
    }
    JsonObject before =
        Json.parse(
            store.blobs().document(parent.descriptor()),
            "manifest " + parent.descriptor().digest());
    Map<String, String> annotations = before.stringMap("annotations");
    if (annotations.isEmpty()) {
      return bytes;
    }
    JsonObject kept = new JsonObject();
    annotations.forEach(kept::put);
    return Json.bytes(Json.parse(bytes, "manifest").put("annotations", kept));
  }

  private JsonObject config(StoredImage parent) throws IOException {
    JsonObject before = parent.config().json().optionalObject("config").orElseGet(JsonObject::new);
    ConfigChanges changes = new ConfigChanges(before);
    for (String change : settings.changes()) {
      changes.apply(change);
    }
    return settings.changes().isEmpty() ? before : changes.config();
  }

  private byte[] document(StoredImage parent, Digest diffId) throws IOException {
    JsonObject before = parent.config().json();
    String created = settings.created().toString();
    JsonObject step = new JsonObject().put("created", created);
    if (!settings.createdBy().isEmpty()) {
      step.put("created_by", settings.createdBy());
    }
    settings.author().ifPresent(author -> step.put("author", author));
    settings.message().ifPresent(message -> step.put("comment", message));
    List<JsonObject> history = new ArrayList<>(history(parent, before));
    history.add(step);
    List<String> diffIds = new ArrayList<>();
    parent.config().diffIds().forEach(below -> diffIds.add(below.toString()));
    diffIds.add(diffId.toString());
    JsonObject document = copy(before).put("created", created);
    settings.author().ifPresent(author -> document.put("author", author));
    return Json.bytes(
        document
            .put("config", config(parent))
            .put("history", history)
            .put("rootfs", copy(before.object("rootfs")).put("diff_ids", diffIds)));
  }

  /// Steps count layers from the lowest: where some have none, the new one must not take theirs.
  private static List<JsonObject> history(StoredImage parent, JsonObject before)
      throws IOException {
    List<JsonObject> history = new ArrayList<>(before.objects("history"));
    int told = 0;
    for (JsonObject step : history) {
      told += step.flag("empty_layer") ? 0 : 1;
    }
    for (; told < parent.config().diffIds().size(); told++) {
      history.add(new JsonObject());
    }
    return history;
  }

  private static JsonObject copy(JsonObject object) {
    JsonObject copy = new JsonObject();
    object.members().forEach(copy::put);
    return copy;
  }
}

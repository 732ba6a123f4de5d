package nsbox.cli.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nsbox.cli.output.Absent;
import nsbox.cli.output.TemplateMethod;
import nsbox.engine.Images;
import nsbox.image.Digest;
import nsbox.image.Reference;
import nsbox.image.StoredImage;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.snapshot.Snapshots;

/// What `nsbox image inspect` says of an image: docker's members, then those that only podman has.
final class ImageDocument {
  /// Docker's word for "never", which is Go's zero time.
  private static final String NEVER = "0001-01-01T00:00:00Z";

  private final Images images;
  private final ImageSizes sizes;

  ImageDocument(Images images, ImageSizes sizes) {
    this.images = images;
    this.sizes = sizes;
  }

  /// @throws JsonException if a member that the store does not check has the wrong type
  JsonObject of(StoredImage image) throws IOException {
    JsonObject config = image.config().json();
    long size = sizes.bytes(image);
    return new JsonObject()
        .put("Id", image.id().toString())
        .put("RepoTags", repoTags(image))
        .put("RepoDigests", repoDigests(image))
        .put("Parent", "")
        .put("Comment", comment(image))
        .put("Created", image.config().created().orElse(NEVER))
        .put("DockerVersion", config.optionalString("docker_version").orElse(""))
        .put("Author", config.optionalString("author").orElse(""))
        .put("Config", settings(image))
        .put("Architecture", image.config().platform().architecture())
        .put("Variant", image.config().platform().variant())
        .put("Os", image.config().platform().os())
        .put("Size", size)
        .put("VirtualSize", size)
        .put("GraphDriver", graphDriver(image))
        .put("RootFS", rootFileSystem(image))
        .put("Metadata", new JsonObject().put("LastTagTime", NEVER))
        .put("Digest", image.descriptor().digest().toString())
        .put("ManifestType", image.manifest().mediaType())
        .put("User", image.config().user())
        .put("Labels", labels(image))
        .put("Annotations", annotations(image))
        .put("History", history(image))
        .put("ID", TemplateMethod.of(image.id().toString()));
  }

  static List<String> repoTags(StoredImage image) {
    return image.references().stream()
        .filter(it -> it.tag().isPresent() && it.digest().isEmpty())
        .map(Reference::familiar)
        .toList();
  }

  /// Each repository with the digest that its registry has for the name, and with that of the
  /// platform's manifest where it is another.
  static List<String> repoDigests(StoredImage image) {
    Set<String> digests = new LinkedHashSet<>();
    for (Reference reference : image.references()) {
      String repository = ImageName.repository(reference) + "@";
      digests.add(repository + reference.digest().orElse(image.registryDigest()));
      digests.add(repository + image.descriptor().digest());
    }
    return List.copyOf(digests);
  }

  private static String comment(StoredImage image) throws JsonException {
    List<JsonObject> history = image.config().history();
    return history.isEmpty() ? "" : history.getLast().optionalString("comment").orElse("");
  }

  /* What templates name is always there; what else an image has follows as it is. */
  private static JsonObject settings(StoredImage image) throws JsonException {
    JsonObject config = image.config().json().optionalObject("config").orElse(new JsonObject());
    JsonObject settings =
        new JsonObject()
            .put("User", image.config().user())
            .put("ExposedPorts", map(config, "ExposedPorts"))
            .put("Env", list(config, "Env"))
            .put("Entrypoint", list(config, "Entrypoint"))
            .put("Cmd", list(config, "Cmd"))
            .put("Volumes", map(config, "Volumes"))
            .put("WorkingDir", image.config().workingDir())
            .put("Labels", labels(image))
            .put("StopSignal", image.config().stopSignal().orElse(""))
            .put("Healthcheck", null)
            .put("OnBuild", list(config, "OnBuild"));
    for (Map.Entry<String, Object> member : config.members().entrySet()) {
      Object known = settings.members().get(member.getKey());
      if (known == null) {
        settings.put(member.getKey(), member.getValue());
      }
    }
    return settings;
  }

  private static Object list(JsonObject config, String name) throws JsonException {
    return config.has(name) ? config.strings(name) : Absent.LIST;
  }

  private static Object map(JsonObject config, String name) throws JsonException {
    return config.has(name) ? config.object(name).members() : Absent.MAP;
  }

  private static Object labels(StoredImage image) {
    return image.config().labels().isEmpty() ? Absent.MAP : image.config().labels();
  }

  private Object annotations(StoredImage image) throws IOException {
    byte[] manifest = images.store().blobs().document(image.descriptor());
    return Json.parse(manifest, "manifest " + image.descriptor().digest()).stringMap("annotations");
  }

  /// The folders of the layers as overlayfs takes them; no data while some layer is not unpacked.
  private JsonObject graphDriver(StoredImage image) {
    Snapshots snapshots = images.snapshots();
    List<String> chains = Images.chainIds(image);
    JsonObject driver = new JsonObject().put("Name", "overlay2");
    if (chains.isEmpty() || !chains.stream().allMatch(snapshots::contains)) {
      return driver.put("Data", Absent.MAP);
    }
    Map<String, Object> data = new LinkedHashMap<>();
    List<String> lower = new ArrayList<>();
    for (String chain : chains.subList(0, chains.size() - 1).reversed()) {
      lower.add(folder(snapshots, chain).toString());
    }
    if (!lower.isEmpty()) {
      data.put("LowerDir", String.join(":", lower));
    }
    data.put("UpperDir", folder(snapshots, chains.getLast()).toString());
    return driver.put("Data", data);
  }

  private static Path folder(Snapshots snapshots, String chain) {
    return snapshots.directory(chain);
  }

  private static JsonObject rootFileSystem(StoredImage image) {
    return new JsonObject()
        .put("Type", "layers")
        .put("Layers", image.config().diffIds().stream().map(Digest::toString).toList());
  }

  private static List<Object> history(StoredImage image) {
    List<Object> history = new ArrayList<>();
    image.config().history().forEach(step -> history.add(step.members()));
    return history;
  }
}

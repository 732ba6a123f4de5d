package nsbox.archive;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.image.BlobCheck;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageConfig;
import nsbox.image.ImageManifest;
import nsbox.image.InvalidDocumentException;
import nsbox.image.LimitExceededException;
import nsbox.image.MediaType;
import nsbox.image.Platform;
import nsbox.image.PlatformMissingException;
import nsbox.image.Reference;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// Somebody's archive in the format of `docker save`: `manifest.json` names configs and layers.
///
/// Such an image has no manifest of its own. It gets one, made of its config and its layers as they
/// are, so that the same archive gives the same manifest at any time on any machine.
///
/// @spec https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md Combined image JSON and
///   filesystem changesets
final class DockerArchive {
  static final String MANIFEST = "manifest.json";
  private static final int MAX_IMAGES = 1000;
  private static final int SHA256_LENGTH = 64;
  private static final int BUFFER_BYTES = 128 << 10;

  private final ImageFiles files;

  DockerArchive(ImageFiles files) {
    this.files = files;
  }

  /// Stages all images.
  ///
  /// @param wanted what they must run on; empty where any platform will do
  void gather(Gathering gathering, Optional<Platform> wanted) throws IOException {
    try {
      List<JsonObject> images = Json.parseList(files.document(MANIFEST), MANIFEST);
      if (images.isEmpty()) {
        throw files.broken(MANIFEST, "an image", "none");
      }
      if (images.size() > MAX_IMAGES) {
        throw new LimitExceededException("images of " + files.label(), MAX_IMAGES, images.size());
      }
      for (JsonObject image : images) {
        gather(image, gathering, wanted);
      }
    } catch (JsonException e) {
      throw new InvalidDocumentException(files.label() + ": " + e.getMessage(), e);
    }
  }

  private void gather(JsonObject image, Gathering gathering, Optional<Platform> wanted)
      throws IOException {
    String configName = image.string("Config");
    byte[] configBytes = files.document(configName);
    Descriptor config =
        new Descriptor(MediaType.OCI_CONFIG, Digest.sha256(configBytes), configBytes.length);
    checkName(configName, config, configBytes);
    List<Reference> names = new ArrayList<>();
    for (String tag : image.strings("RepoTags")) {
      names.add(Reference.parse(tag));
    }
    List<String> layerNames = image.strings("Layers");
    ImageConfig read = parseConfig(config, configBytes, layerNames.size());
    if (wanted.isPresent() && wanted.get().fitness(read.platform()) == 0) {
      String what = names.isEmpty() ? config.digest().toString() : names.getFirst().familiar();
      throw new PlatformMissingException(what, wanted.get(), List.of(read.platform()));
    }
    List<Descriptor> layers = new ArrayList<>();
    for (int i = 0; i < layerNames.size(); i++) {
      Path file = files.path(layerNames.get(i), "a layer");
      Digest diffId = read.diffIds().get(i);
      Descriptor layer = describe(file, diffId, layerNames.get(i));
      String origin = files.label() + "/" + layerNames.get(i);
      gathering.layer(layer, file, files.linkable(), origin, diffId);
      layers.add(layer);
    }
    ImageManifest manifest = new ImageManifest(MediaType.OCI_MANIFEST, config, layers);
    byte[] manifestBytes = bytes(manifest);
    Descriptor descriptor =
        new Descriptor(MediaType.OCI_MANIFEST, Digest.sha256(manifestBytes), manifestBytes.length);
    for (Reference name : names) {
      if (name.digest().isPresent() && !name.digest().get().equals(descriptor.digest())) {
        throw files.broken(MANIFEST, name.digest().get().toString(), "a name of another image");
      }
      gathering.image(descriptor, manifestBytes, manifest, configBytes, name);
    }
    if (names.isEmpty()) {
      gathering.image(descriptor, manifestBytes, manifest, configBytes, null);
    }
  }

  /// A config that is named after a digest must have it: `HEX.json`, `sha256:HEX`.
  private void checkName(String name, Descriptor config, byte[] bytes) throws IOException {
    String last = name.substring(name.lastIndexOf('/') + 1);
    last = last.endsWith(".json") ? last.substring(0, last.length() - 5) : last;
    last = last.startsWith("sha256:") ? last.substring(7) : last;
    if (last.length() == SHA256_LENGTH && Digest.isHex(last)) {
      Descriptor announced =
          new Descriptor(config.mediaType(), new Digest("sha256", last), bytes.length);
      BlobCheck.check(announced, bytes, files.label() + "/" + name);
    }
  }

  /// The config, after it was found to have as many diff IDs as the image has layers.
  private static ImageConfig parseConfig(Descriptor config, byte[] bytes, int layers)
      throws IOException {
    if (layers > ImageManifest.MAX_LAYERS) {
      throw new LimitExceededException(
          "layers of the image " + config.digest(), ImageManifest.MAX_LAYERS, layers);
    }
    Descriptor standIn = new Descriptor(Compression.NONE.layerMediaType(), config.digest(), 0);
    List<Descriptor> standIns = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      standIns.add(standIn);
    }
    return ImageConfig.parse(new ImageManifest(MediaType.OCI_MANIFEST, config, standIns), bytes);
  }

  /// The layer as it lies there. An uncompressed one must have the diff ID for its digest, so it
  /// needs no hash here.
  private Descriptor describe(Path file, Digest diffId, String name) throws IOException {
    Compression compression;
    try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file))) {
      compression = Compression.of(bytes);
    }
    if (!compression.isForLayers()) {
      throw files.broken(name, "a layer, plain or in gzip or zstd", compression.toString());
    }
    Digest digest = compression == Compression.NONE ? diffId : sha256(file);
    return new Descriptor(compression.layerMediaType(), digest, Files.size(file));
  }

  private static Digest sha256(Path file) throws IOException {
    Digest algorithm = Digest.sha256(new byte[0]);
    MessageDigest hasher = algorithm.hasher();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream bytes = Files.newInputStream(file)) {
      int count;
      while ((count = bytes.read(buffer)) >= 0) {
        hasher.update(buffer, 0, count);
      }
    }
    return algorithm.finished(hasher);
  }

  static byte[] bytes(ImageManifest manifest) {
    List<JsonObject> layers = new ArrayList<>();
    for (Descriptor layer : manifest.layers()) {
      layers.add(layer.toJson());
    }
    return Json.bytes(
        new JsonObject()
            .put("schemaVersion", 2)
            .put("mediaType", manifest.mediaType())
            .put("config", manifest.config().toJson())
            .put("layers", layers));
  }
}

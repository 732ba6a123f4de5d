package nsbox.image;

import java.util.ArrayList;
import java.util.List;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// One platform's image: its config and its layers.
///
/// @param mediaType OCI manifest or docker's schema 2
/// @param layers lowest first, at most 127
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md Manifest
public record ImageManifest(String mediaType, Descriptor config, List<Descriptor> layers)
    implements Manifest {

  /// The most layers that an image may have: what overlayfs and other tools take.
  public static final int MAX_LAYERS = 127;

  /// Reads a manifest whose digest has been checked, where no index will do.
  ///
  /// @throws UnsupportedManifestException if it is anything else
  public static ImageManifest parse(Descriptor descriptor, byte[] bytes) throws ImageException {
    if (Manifest.parse(descriptor, bytes) instanceof ImageManifest manifest) {
      return manifest;
    }
    throw new UnsupportedManifestException(
        "manifest " + descriptor.digest(), descriptor.mediaType(), "an index, not one image");
  }

  /// To be asked before the config is read: an artifact's may be anything.
  ///
  /// @throws UnsupportedManifestException if it is not a container image, by config or by layers
  public void checkConfig() throws UnsupportedManifestException {
    if (!MediaType.isConfig(config.mediaType())) {
      throw new UnsupportedManifestException(
          "config " + config.digest(), config.mediaType(), "not the config of a container image");
    }
    if (!isImage()) {
      throw new UnsupportedManifestException(
          "layer " + layers.getFirst().digest(),
          layers.getFirst().mediaType(),
          "not a layer of a container image");
    }
  }

  /// Whether it is a container image and no artifact.
  public boolean isImage() {
    if (!MediaType.isConfig(config.mediaType())) {
      return false;
    }
    for (Descriptor layer : layers) {
      if (MediaType.isLayer(layer.mediaType())) {
        return true;
      }
    }
    return layers.isEmpty();
  }

  static ImageManifest read(String document, String mediaType, JsonObject json)
      throws JsonException, ImageException {
    List<JsonObject> members = json.objects("layers");
    if (members.size() > MAX_LAYERS) {
      throw new LimitExceededException(document + ": layers", MAX_LAYERS, members.size());
    }
    List<Descriptor> layers = new ArrayList<>(members.size());
    for (JsonObject member : members) {
      layers.add(Descriptor.read(member));
    }
    Descriptor config = Descriptor.read(json.object("config"));
    return new ImageManifest(mediaType, config, List.copyOf(layers));
  }
}

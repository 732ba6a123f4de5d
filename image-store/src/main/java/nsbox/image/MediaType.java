package nsbox.image;

/// The media types that say what a manifest is.
///
/// @spec https://github.com/opencontainers/image-spec/blob/v1.1.1/media-types.md Media types
public final class MediaType {
  public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  public static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
  public static final String DOCKER_LIST =
      "application/vnd.docker.distribution.manifest.list.v2+json";
  public static final String DOCKER_MANIFEST =
      "application/vnd.docker.distribution.manifest.v2+json";
  public static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
  private static final String DOCKER_SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+";

  private MediaType() {}

  public static boolean isIndex(String mediaType) {
    return mediaType.equals(OCI_INDEX) || mediaType.equals(DOCKER_LIST);
  }

  public static boolean isManifest(String mediaType) {
    return mediaType.equals(OCI_MANIFEST) || mediaType.equals(DOCKER_MANIFEST);
  }

  public static boolean isConfig(String mediaType) {
    return mediaType.equals(OCI_CONFIG) || mediaType.equals(DOCKER_CONFIG);
  }

  public static boolean isSchema1(String mediaType) {
    return mediaType.startsWith(DOCKER_SCHEMA_1);
  }

  /// Whether it is a part of a container's file system, in whatever form. Cosign's signatures have
  /// an image's config and other layers.
  public static boolean isLayer(String mediaType) {
    return mediaType.startsWith("application/vnd.oci.image.layer.")
        || mediaType.startsWith("application/vnd.docker.image.rootfs.");
  }

  /// Layers that may not be passed on, and that registries therefore do not hold.
  public static boolean isForeignLayer(String mediaType) {
    return mediaType.startsWith("application/vnd.docker.image.rootfs.foreign.")
        || mediaType.startsWith("application/vnd.oci.image.layer.nondistributable.");
  }
}

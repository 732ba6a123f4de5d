package nsbox.archive;

import nsbox.image.Descriptor;
import nsbox.image.MediaType;
import nsbox.image.UnsupportedManifestException;
import nsbox.json.JsonException;

/// The two families of media types that an image's documents and layers have.
public enum ImageFormat {
  OCI,
  /// Docker's schema 2, which knows neither zstd nor annotations.
  DOCKER;

  private static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
  private static final String OCI_FOREIGN =
      "application/vnd.oci.image.layer.nondistributable.v1.tar";
  private static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";
  private static final String DOCKER_FOREIGN =
      "application/vnd.docker.image.rootfs.foreign.diff.tar";

  String manifestType() {
    return this == OCI ? MediaType.OCI_MANIFEST : MediaType.DOCKER_MANIFEST;
  }

  String configType() {
    return this == OCI ? MediaType.OCI_CONFIG : MediaType.DOCKER_CONFIG;
  }

  /// The same layer under this family's name; one that is of no family keeps its own.
  ///
  /// @throws UnsupportedManifestException if the family has no name for it
  Descriptor layer(Descriptor layer) throws UnsupportedManifestException, JsonException {
    String type = layer.mediaType();
    if (this == OCI) {
      type = renamed(type, DOCKER_LAYER, OCI_LAYER, ".gzip", "+gzip");
      type = renamed(type, DOCKER_FOREIGN, OCI_FOREIGN, ".gzip", "+gzip");
    } else {
      type = renamed(type, OCI_LAYER, DOCKER_LAYER, "+gzip", ".gzip");
      type = renamed(type, OCI_FOREIGN, DOCKER_FOREIGN, "+gzip", ".gzip");
      if (!type.startsWith(DOCKER_LAYER) && !type.startsWith(DOCKER_FOREIGN)) {
        throw new UnsupportedManifestException(
            "layer " + layer.digest(), type, "docker's format has no such layers");
      }
    }
    return type.equals(layer.mediaType())
        ? layer
        : Descriptor.read(layer.toJson().put("mediaType", type));
  }

  private static String renamed(String type, String from, String to, String gzip, String newGzip) {
    if (type.equals(from)) {
      return to;
    }
    return type.equals(from + gzip) ? to + newGzip : type;
  }
}

package nsbox.image;

import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;

/// What a tag points at: one platform's image, or a list to choose one from.
public sealed interface Manifest permits ImageManifest, ImageIndex {

  /// Longest manifest, index or config that is read, in bytes.
  int MAX_BYTES = Json.MAX_BYTES;

  /// Which of the four OCI and docker media types it is.
  String mediaType();

  /// Reads a manifest whose digest has been checked.
  ///
  /// The descriptor's media type decides what it is, and the document may not say otherwise: a
  /// document that is an index to one reader and a manifest to another has two meanings under one
  /// digest.
  ///
  /// @throws UnsupportedManifestException if it is docker's schema 1, or neither manifest nor index
  /// @throws InvalidDocumentException if it is not what its media type says
  static Manifest parse(Descriptor descriptor, byte[] bytes) throws ImageException {
    String document = "manifest " + descriptor.digest();
    String mediaType = descriptor.mediaType();
    checkMediaType(descriptor);
    try {
      JsonObject json = Json.parse(bytes, document);
      checkAgreement(document, mediaType, json);
      return MediaType.isIndex(mediaType)
          ? ImageIndex.read(document, mediaType, json)
          : ImageManifest.read(document, mediaType, json);
    } catch (JsonException e) {
      throw new InvalidDocumentException(e.getMessage(), e);
    }
  }

  /// To be asked before the manifest is read: an entry of an index may point at anything.
  ///
  /// @throws UnsupportedManifestException if it is docker's schema 1, or neither manifest nor index
  static void checkMediaType(Descriptor descriptor) throws UnsupportedManifestException {
    String document = "manifest " + descriptor.digest();
    String mediaType = descriptor.mediaType();
    if (MediaType.isSchema1(mediaType)) {
      throw schema1(document, mediaType);
    }
    if (!MediaType.isIndex(mediaType) && !MediaType.isManifest(mediaType)) {
      throw new UnsupportedManifestException(
          document, mediaType, "neither a manifest nor an index");
    }
  }

  private static void checkAgreement(String document, String announced, JsonObject json)
      throws JsonException, ImageException {
    String own = json.optionalString("mediaType").orElse(announced);
    if (MediaType.isSchema1(own) || json.optionalNumber("schemaVersion").orElse(2L) == 1) {
      throw schema1(document, own);
    }
    if (!own.equals(announced)) {
      throw new InvalidDocumentException(
          document + ": its descriptor says \"" + announced + "\", it says \"" + own + "\"");
    }
    if (json.has("manifests") && (json.has("layers") || json.has("config"))) {
      throw new InvalidDocumentException(document + ": both a manifest and an index");
    }
  }

  private static UnsupportedManifestException schema1(String document, String mediaType) {
    return new UnsupportedManifestException(
        document, mediaType, "docker's schema 1 has no config and was given up; push it again");
  }
}

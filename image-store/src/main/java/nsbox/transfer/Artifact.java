package nsbox.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.Ingest;
import nsbox.image.MediaType;
import nsbox.json.Json;
import nsbox.json.JsonObject;

/// Files as an OCI artifact: each a layer, under a manifest that says of what kind they are.
///
/// @param type of the whole, a media type
/// @param subject what it is attached to
/// @spec
///   https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage
///   Artifacts
public record Artifact(
    String type,
    List<Content> files,
    Map<String, String> annotations,
    Optional<Descriptor> subject) {
  /// What names a layer's file.
  public static final String TITLE = "org.opencontainers.image.title";

  private static final String EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
  private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);
  private static final int BUFFER_BYTES = 128 << 10;

  /// One file.
  ///
  /// @param title its name for whoever gets it
  public record Content(Path path, String title, String mediaType) {}

  /// Gathers blobs and manifest. The same files give the same manifest.
  ///
  /// @return the manifest's descriptor
  public Descriptor stage(Ingest ingest) throws IOException {
    List<JsonObject> layers = new ArrayList<>();
    for (Content file : files) {
      Descriptor blob = describe(file);
      try (InputStream bytes = Files.newInputStream(file.path())) {
        ingest.stage(blob, bytes, file.path().toString());
      }
      layers.add(blob.withAnnotation(TITLE, file.title()).toJson());
    }
    Descriptor config = new Descriptor(EMPTY_TYPE, Digest.sha256(EMPTY), EMPTY.length);
    ingest.stage(config, EMPTY);
    JsonObject manifest =
        new JsonObject()
            .put("schemaVersion", 2L)
            .put("mediaType", MediaType.OCI_MANIFEST)
            .put("artifactType", type)
            .put("config", config.toJson().put("data", "e30="))
            .put("layers", layers.isEmpty() ? List.of(config.toJson()) : layers);
    if (subject.isPresent()) {
      manifest.put("subject", subject.get().toJson());
    }
    if (!annotations.isEmpty()) {
      JsonObject member = new JsonObject();
      annotations.forEach(member::put);
      manifest.put("annotations", member);
    }
    byte[] bytes = Json.bytes(manifest);
    Descriptor descriptor =
        new Descriptor(MediaType.OCI_MANIFEST, Digest.sha256(bytes), bytes.length);
    ingest.stage(descriptor, bytes);
    return descriptor;
  }

  private static Descriptor describe(Content file) throws IOException {
    Digest some = Digest.sha256(EMPTY);
    MessageDigest hasher = some.hasher();
    long size = 0;
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream bytes = Files.newInputStream(file.path())) {
      for (int count; (count = bytes.read(buffer)) >= 0; size += count) {
        hasher.update(buffer, 0, count);
      }
    }
    return new Descriptor(file.mediaType(), some.finished(hasher), size);
  }
}

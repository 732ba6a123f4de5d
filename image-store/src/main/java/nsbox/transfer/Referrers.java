package nsbox.transfer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.MediaType;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.registry.RawManifest;
import nsbox.registry.ReferrersTag;
import nsbox.registry.Repository;

/// The list of what refers to a manifest, on registries that do not keep it themselves.
///
/// @spec
///   https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema
///   Referrers tag schema
final class Referrers {
  private Referrers() {}

  /// Adds a manifest to its subject's list; what is there stays as it is.
  ///
  /// Two that do this at once may lose one entry: the protocol has no way to prevent it.
  static void addToFallbackTag(Repository repository, Digest subject, RawManifest manifest)
      throws IOException {
    String tag = ReferrersTag.of(subject);
    JsonObject index =
        new JsonObject().put("schemaVersion", 2L).put("mediaType", MediaType.OCI_INDEX);
    List<JsonObject> entries = new ArrayList<>();
    if (repository.resolve(tag).isPresent()) {
      index = Json.parse(repository.manifest(tag).bytes(), "referrers of " + subject);
      entries.addAll(index.objects("manifests"));
    }
    String digest = manifest.descriptor().digest().toString();
    for (JsonObject entry : entries) {
      if (digest.equals(entry.optionalString("digest").orElse(""))) {
        return;
      }
    }
    entries.add(entry(manifest));
    byte[] bytes = Json.bytes(index.put("manifests", entries));
    Descriptor descriptor = new Descriptor(MediaType.OCI_INDEX, Digest.sha256(bytes), bytes.length);
    repository.pushManifest(tag, new RawManifest(descriptor, bytes));
  }

  private static JsonObject entry(RawManifest manifest) throws IOException {
    JsonObject json = Json.parse(manifest.bytes(), "manifest " + manifest.descriptor().digest());
    JsonObject entry =
        new JsonObject()
            .put("mediaType", manifest.descriptor().mediaType())
            .put("digest", manifest.descriptor().digest().toString())
            .put("size", manifest.descriptor().sizeBytes());
    Optional<String> type = json.optionalString("artifactType");
    if (type.isEmpty() && json.has("config")) {
      type = json.object("config").optionalString("mediaType");
    }
    type.ifPresent(text -> entry.put("artifactType", text));
    if (json.has("annotations")) {
      entry.put("annotations", json.object("annotations"));
    }
    return entry;
  }
}

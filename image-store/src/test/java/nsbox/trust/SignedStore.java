package nsbox.trust;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageStore;
import nsbox.image.MediaType;
import nsbox.json.Json;
import nsbox.json.JsonObject;

/// A store into which signatures were copied, its index written as other tools write it.
final class SignedStore {
  static final String PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json";

  final ImageStore store;
  private final Path index;
  private final List<JsonObject> entries = new ArrayList<>();

  SignedStore(Path state) throws IOException {
    this.store = new ImageStore(state);
    this.index = state.resolve("images/index.json");
    Files.createDirectories(index.getParent());
  }

  SignatureSource signatures() throws IOException {
    return StoreSignatures.of(store);
  }

  Descriptor blob(String mediaType, byte[] bytes) throws IOException {
    Descriptor blob = new Descriptor(mediaType, Digest.sha256(bytes), bytes.length);
    store.blobs().put(blob, new ByteArrayInputStream(bytes));
    return blob;
  }

  Descriptor payload(OpenSsl signer, byte[] payload) throws IOException {
    return blob(PAYLOAD, payload)
        .withAnnotation("dev.cosignproject.cosign/signature", signer.signBase64(payload));
  }

  Descriptor manifest(JsonObject members, Descriptor... layers) throws IOException {
    List<JsonObject> list = new ArrayList<>();
    for (Descriptor layer : layers) {
      list.add(layer.toJson());
    }
    byte[] empty = "{}".getBytes(UTF_8);
    members
        .put("schemaVersion", 2)
        .put("mediaType", MediaType.OCI_MANIFEST)
        .put("config", blob("application/vnd.oci.empty.v1+json", empty).toJson())
        .put("layers", list);
    return blob(MediaType.OCI_MANIFEST, Json.bytes(members));
  }

  Descriptor artifact(String type, Digest subject, Descriptor... layers) throws IOException {
    JsonObject refers = new Descriptor(MediaType.OCI_MANIFEST, subject, 7).toJson();
    return manifest(new JsonObject().put("artifactType", type).put("subject", refers), layers);
  }

  /// Adds an entry to the index.
  ///
  /// @param name null for an entry without one
  void entry(String name, Descriptor manifest) throws IOException {
    entries.add(
        (name == null ? manifest : manifest.withAnnotation(ImageStore.REF_NAME, name)).toJson());
    Files.write(
        index, Json.bytes(new JsonObject().put("schemaVersion", 2).put("manifests", entries)));
  }

  Path path(Descriptor blob) {
    return index.resolveSibling("blobs/sha256").resolve(blob.digest().hex());
  }
}

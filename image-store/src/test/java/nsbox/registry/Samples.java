package nsbox.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.MediaType;
import nsbox.registry.config.Credential;
import nsbox.registry.config.Origin;
import nsbox.registry.config.Secret;

/// Small content to move, and a client that is quick to give up.
final class Samples {
  static final Limits QUICK =
      new Limits(
          Duration.ofSeconds(5),
          Duration.ofSeconds(1),
          1024,
          2,
          Duration.ofMillis(20),
          Duration.ofSeconds(3));

  final List<String> notices = new CopyOnWriteArrayList<>();

  Repositories client() {
    return client(Connections.PLAIN);
  }

  Repositories client(Connections connections) {
    return new Repositories(connections, QUICK, notices::add);
  }

  static Credentials password(String user, String password) {
    return () ->
        Optional.of(
            new Credential(user, new Secret(password), false, new Origin("/home/me/auth.json", 3)));
  }

  static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  static Descriptor blob(byte[] bytes) {
    return new Descriptor("application/octet-stream", Digest.sha256(bytes), bytes.length);
  }

  static void push(Repository repository, byte[] bytes) throws IOException {
    repository.pushBlob(blob(bytes), () -> new ByteArrayInputStream(bytes));
  }

  /// Pushes an image of one config and one layer.
  static RawManifest pushImage(Repository repository, String tag) throws IOException {
    byte[] config =
        "{\"architecture\":\"amd64\",\"os\":\"linux\"}".getBytes(StandardCharsets.UTF_8);
    byte[] layer = randomBytes(100_000);
    push(repository, config);
    push(repository, layer);
    RawManifest manifest = manifest(config, layer);
    repository.pushManifest(tag, manifest);
    return manifest;
  }

  /// With blanks and a member of its own, so that only the very bytes have its digest.
  static RawManifest manifest(byte[] config, byte[] layer) {
    String text =
        "{ \"schemaVersion\":2,  \"mediaType\":\""
            + MediaType.OCI_MANIFEST
            + "\",\"config\":{\"mediaType\":\""
            + MediaType.OCI_CONFIG
            + "\",\"digest\":\""
            + Digest.sha256(config)
            + "\",\"size\":"
            + config.length
            + "},\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\""
            + Digest.sha256(layer)
            + "\",\"size\":"
            + layer.length
            + "}],\n \"annotations\":{\"x\":\"y\"}}";
    return raw(MediaType.OCI_MANIFEST, text);
  }

  static RawManifest raw(String mediaType, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new RawManifest(new Descriptor(mediaType, Digest.sha256(bytes), bytes.length), bytes);
  }
}

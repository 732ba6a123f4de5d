package nsbox.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageManifest;
import nsbox.image.Manifest;
import nsbox.image.SharedImages;
import nsbox.registry.config.Server.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Registries are where tools meet: skopeo pushes, we read; we push, skopeo reads.
class InteroperabilityTest {
  private final Samples samples = new Samples();

  @Test
  void movesSkopeosImageAndGivesItBackUnchanged(@TempDir Path folder) throws Exception {
    Path layout = SharedImages.layout("alpine");
    try (DockerRegistry registry = DockerRegistry.plain(folder)) {
      String docker = "docker://" + registry.host();
      SharedImages.run(
          "skopeo", "copy", "-q", "--dest-tls-verify=false", "oci:" + layout, docker + "/from:1");
      Repositories client = samples.client();
      Repository from = client.open(registry.endpoint("from", Protocol.HTTP), Credentials.NONE);
      Repository to = client.open(registry.endpoint("to/here", Protocol.HTTP), Credentials.NONE);

      RawManifest raw = from.manifest("1");
      ImageManifest manifest = (ImageManifest) Manifest.parse(raw.descriptor(), raw.bytes());
      copy(from, to, manifest.config());
      for (Descriptor layer : manifest.layers()) {
        copy(from, to, layer);
      }
      to.pushManifest("2", raw);

      Path back = folder.resolve("back");
      SharedImages.run(
          "skopeo",
          "copy",
          "-q",
          "--src-tls-verify=false",
          docker + "/to/here:2",
          "oci:" + back + ":2");
      String stored = "blobs/sha256/" + raw.descriptor().digest().hex();
      assertArrayEquals(raw.bytes(), Files.readAllBytes(back.resolve(stored)));
      assertArrayEquals(
          Files.readAllBytes(layout.resolve(stored)), Files.readAllBytes(back.resolve(stored)));
    }
  }

  private static void copy(Repository from, Repository to, Descriptor blob) throws Exception {
    byte[] bytes;
    try (BlobRange range = from.blob(blob, 0, blob.sizeBytes())) {
      bytes = range.bytes().readAllBytes();
    }
    assertEquals(blob.digest(), Digest.sha256(bytes));
    Samples.push(to, bytes);
  }
}

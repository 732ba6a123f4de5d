package nsbox.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageStore;
import nsbox.image.LayoutFixture;
import nsbox.image.Platform;
import nsbox.image.Reference;
import nsbox.image.SharedImages;
import nsbox.image.StoredImage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealImagesTest {
  private static final String ALPINE = "docker.io/library/alpine:3.20";

  @TempDir Path temp;
  private ImageStore store;
  private String layout;

  @BeforeEach
  void importImages() throws IOException {
    store = new ImageStore(temp.resolve("state"));
    layout = temp.resolve("state/images").toString();
    assertEquals(
        Set.of(Reference.parse(ALPINE)), importAll(SharedImages.layout("alpine"), Platform.host()));
    importAll(SharedImages.layout("busybox"), Platform.host());
  }

  private Set<Reference> importAll(Path path, Platform platform) throws IOException {
    return new LayoutImport(store).importFrom(path, Optional.empty(), platform);
  }

  @Test
  void findsAlpineByShortNameAndById() throws IOException {
    StoredImage image = store.get("alpine:3.20");
    assertEquals(List.of("/bin/sh"), image.config().cmd());
    assertEquals(Platform.host().architecture(), image.config().platform().architecture());
    assertTrue(image.compressedBytes() > 3_000_000);
    for (String id : List.of(image.id().toString(), image.id().hex(), image.id().shortHex())) {
      assertEquals(image, store.get(id));
    }
  }

  @Test
  void takesTheImageOfAnotherPlatformWhenAsked() throws IOException {
    importAll(SharedImages.layout("alpine"), LayoutFixture.ARM64);
    assertEquals("arm64", store.get("alpine:3.20").config().platform().architecture());
  }

  @Test
  void skopeoReadsTheStoreAsItLies() throws IOException, InterruptedException {
    String raw = SharedImages.run("skopeo", "inspect", "--raw", "oci:" + layout + ":" + ALPINE);
    Descriptor manifest = store.get("alpine:3.20").descriptor();
    assertEquals(manifest.digest(), Digest.sha256(raw.getBytes()));
    Path copy = temp.resolve("copy");
    SharedImages.run("skopeo", "copy", "-q", "oci:" + layout + ":" + ALPINE, "oci:" + copy + ":a");
    assertTrue(Files.exists(copy.resolve("blobs/sha256/" + manifest.digest().hex())));
  }

  @Test
  void umociReadsTheStoreAsItLies() throws IOException, InterruptedException {
    String tags = SharedImages.run("umoci", "list", "--layout", layout);
    assertTrue(tags.contains(ALPINE), tags);
    String image = layout + ":" + ALPINE;
    String history = SharedImages.run("umoci", "stat", "--json", "--image", image);
    assertTrue(history.contains("ADD alpine-minirootfs"), history);
  }

  @Test
  void readsWhatSkopeoPutIntoTheStore() throws IOException, InterruptedException {
    String other = "docker.io/library/other:1";
    SharedImages.run(
        "skopeo", "copy", "-q", "oci:" + layout + ":" + ALPINE, "oci:" + layout + ":" + other);
    assertEquals(store.get("alpine:3.20").id(), store.get("other:1").id());
    assertEquals(2, store.list().images().size());
  }

  @Test
  void importsTheArchiveThatSkopeoMakes() throws IOException, InterruptedException {
    Path archive = temp.resolve("box.oci.tar");
    String source = "oci:" + layout + ":docker.io/library/busybox:1.37";
    SharedImages.run("skopeo", "copy", "-q", source, "oci-archive:" + archive + ":1.0");
    Set<Reference> names = importAll(archive, Platform.host());
    assertEquals(Set.of(Reference.parse("box:1.0")), names);
    assertEquals(store.get("busybox:1.37").id(), store.get("box:1.0").id());
  }

  @Test
  void importsAnArchiveThroughAPipe() throws IOException, InterruptedException {
    Path alpine = SharedImages.layout("alpine");
    Path archive = temp.resolve("a.tgz");
    SharedImages.run("tar", "-czf", archive.toString(), "-C", alpine.toString(), ".");
    ImageStore empty = new ImageStore(temp.resolve("other"));
    new LayoutImport(empty)
        .importFrom(
            new ByteArrayInputStream(Files.readAllBytes(archive)),
            "standard input",
            Optional.of(Reference.parse("piped")),
            Platform.host());
    assertEquals(store.get("alpine:3.20").id(), empty.get("piped:latest").id());
  }
}

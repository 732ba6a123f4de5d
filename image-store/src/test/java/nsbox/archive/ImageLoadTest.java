package nsbox.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageStore;
import nsbox.image.LayoutFixture;
import nsbox.image.Platform;
import nsbox.image.PlatformMissingException;
import nsbox.image.Reference;
import nsbox.image.StoredImage;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class ImageLoadTest {
  private static final String TAR = "application/vnd.oci.image.layer.v1.tar";

  @TempDir Path temp;
  private ImageStore store;
  private ArchiveFixture archive;

  @BeforeEach
  void makeStore() {
    store = new ImageStore(temp.resolve("state"));
    archive = new ArchiveFixture();
  }

  private List<Loaded> load(byte[] tar) throws IOException {
    return new ImageLoad(store, Optional.empty(), Optional.empty())
        .load(new ByteArrayInputStream(tar), "standard input");
  }

  private static List<Reference> names(String... texts) throws IOException {
    Reference[] names = new Reference[texts.length];
    for (int i = 0; i < texts.length; i++) {
      names[i] = Reference.parse(texts[i]);
    }
    return List.of(names);
  }

  @Test
  void keepsConfigAndLayersOfADockerArchiveByteForByte() throws IOException {
    byte[] layer = ArchiveFixture.layer("hi");
    byte[] config = archive.image(List.of("team/app:1", "other"), layer);
    List<Loaded> loaded = load(archive.tar());
    assertEquals(
        List.of(new Loaded(Digest.sha256(config), names("team/app:1", "other:latest"))), loaded);
    StoredImage image = store.get("team/app:1");
    assertEquals(names("team/app:1", "other:latest"), image.references());
    assertEquals(
        List.of(new Descriptor(TAR, Digest.sha256(layer), layer.length)),
        image.manifest().layers());
    assertArrayEquals(config, store.blobs().document(image.manifest().config()));
    try (var bytes = store.blobs().open(image.manifest().layers().getFirst())) {
      assertArrayEquals(layer, bytes.readAllBytes());
    }
  }

  @Test
  void givesTheSameArchiveTheSameManifest() throws IOException {
    archive.image(List.of("a:1"), ArchiveFixture.layer("x"));
    load(archive.tar());
    Descriptor first = store.get("a:1").descriptor();
    store = new ImageStore(temp.resolve("another"));
    load(archive.tar());
    assertEquals(first, store.get("a:1").descriptor());
  }

  @Test
  void loadsSeveralImagesThatShareALayer() throws IOException {
    byte[] base = ArchiveFixture.layer("base");
    archive.image(List.of("a:1"), base);
    archive.image(List.of("b:1"), base, ArchiveFixture.layer("b"));
    assertEquals(2, load(archive.tar()).size());
    assertEquals(
        store.get("a:1").manifest().layers().getFirst(),
        store.get("b:1").manifest().layers().getFirst());
  }

  @Test
  void followsLayersThatAreLinksInsideTheArchive() throws IOException {
    byte[] layer = ArchiveFixture.layer("shared");
    byte[] config = ArchiveFixture.config(List.of(Digest.sha256(layer).toString()));
    for (ArchiveFixture linked :
        List.of(
            new ArchiveFixture().link("two/layer.tar", "../one/layer.tar"),
            new ArchiveFixture().hardLink("two/layer.tar", "one/layer.tar"))) {
      linked.file("one/layer.tar", layer).file("config.json", config);
      linked.entry(List.of("linked:1"), "config.json", List.of("two/layer.tar"));
      assertEquals(Digest.sha256(config), load(linked.tar()).getFirst().id());
    }
  }

  @Test
  void keepsGzipLayersInsideADockerArchive() throws IOException {
    byte[] layer = ArchiveFixture.layer("zipped");
    byte[] gzip = LayoutFixture.gzip(layer);
    byte[] config = ArchiveFixture.config(List.of(Digest.sha256(layer).toString()));
    archive.file("l.tar.gz", gzip).file("c", config);
    archive.entry(List.of("z:1"), "c", List.of("l.tar.gz"));
    load(archive.tar());
    assertEquals(
        List.of(new Descriptor(TAR + "+gzip", Digest.sha256(gzip), gzip.length)),
        store.get("z:1").manifest().layers());
  }

  @Test
  void tellsTheCompressionOfAnArchiveByItsContent() throws IOException {
    byte[] config = archive.image(List.of("a:1"), ArchiveFixture.layer("x"));
    byte[] tar = archive.tar();
    ByteArrayOutputStream xz = new ByteArrayOutputStream();
    try (OutputStream out = new XZOutputStream(xz, new LZMA2Options(0))) {
      out.write(tar);
    }
    ByteArrayOutputStream bzip2 = new ByteArrayOutputStream();
    try (OutputStream out = new BZip2CompressorOutputStream(bzip2)) {
      out.write(tar);
    }
    Path file = temp.resolve("misleading.zip");
    for (byte[] bytes :
        List.of(
            tar,
            LayoutFixture.gzip(tar),
            Zstd.compress(tar),
            xz.toByteArray(),
            bzip2.toByteArray())) {
      store = new ImageStore(temp.resolve("state-" + bytes.length));
      Files.write(file, bytes);
      assertEquals(
          List.of(new Loaded(Digest.sha256(config), names("a:1"))),
          new ImageLoad(store, Optional.empty(), Optional.empty()).load(file));
    }
  }

  @Test
  void leavesAnImageWithoutNameNameless() throws IOException {
    byte[] config = archive.image(List.of(), ArchiveFixture.layer("x"));
    Digest id = Digest.sha256(config);
    assertEquals(List.of(new Loaded(id, List.of())), load(archive.tar()));
    assertEquals(List.of(), store.get(id.toString()).references());
    load(archive.tar());
    assertEquals(1, store.list().images().size());
  }

  @Test
  void loadsALayoutAsAFolderAndAsAnArchive() throws IOException {
    LayoutFixture layout = new LayoutFixture(temp.resolve("layout"));
    Descriptor image = layout.image(LayoutFixture.AMD64, "one");
    layout.name("docker.io/library/a:1", image).name("b:2", image);
    for (int i = 0; i < 2; i++) {
      store = new ImageStore(temp.resolve("state-" + i));
      List<Loaded> loaded =
          i == 0
              ? new ImageLoad(store, Optional.empty(), Optional.empty()).load(layout.root)
              : load(layout.tar());
      assertEquals(names("a:1", "b:2"), loaded.getFirst().names());
      assertEquals(image.digest(), store.get("a:1").descriptor().digest());
    }
  }

  @Test
  void prefersTheLayoutWhereAnArchiveHasBothFormats() throws IOException {
    LayoutFixture layout = new LayoutFixture(temp.resolve("layout"));
    Descriptor image = layout.image(LayoutFixture.AMD64, "one");
    layout.name("docker.io/library/a:1", image);
    layout.write("manifest.json", "[{\"Config\":\"nowhere\",\"Layers\":[]}]");
    load(layout.tar());
    assertEquals(image.digest(), store.get("a:1").descriptor().digest());
  }

  @Test
  void takesTheOtherFormatWhereTheLayoutIsNotWhole() throws IOException {
    byte[] layer = ArchiveFixture.layer("x");
    String blob = "blobs/sha256/" + Digest.sha256(layer).hex();
    byte[] config = ArchiveFixture.config(List.of(Digest.sha256(layer).toString()));
    archive
        .file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}")
        .file(
            "index.json",
            "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":"
                + "\"application/vnd.oci.image.manifest.v1+json\",\"size\":1,\"digest\":\"sha256:"
                + "0".repeat(64)
                + "\"}]}")
        .file(blob, layer)
        .file("blobs/sha256/" + Digest.sha256(config).hex(), config);
    archive.entry(List.of("both:1"), "blobs/sha256/" + Digest.sha256(config).hex(), List.of(blob));
    assertEquals(List.of(new Loaded(Digest.sha256(config), names("both:1"))), load(archive.tar()));
  }

  @Test
  void refusesAnImageForAnotherPlatformThanAskedFor() throws IOException {
    archive.image(List.of("a:1"), ArchiveFixture.layer("x"));
    byte[] tar = archive.tar();
    Platform arm = new Platform("linux", "arm64", "");
    PlatformMissingException e =
        assertThrows(
            PlatformMissingException.class,
            () ->
                new ImageLoad(store, Optional.of(arm), Optional.empty())
                    .load(new ByteArrayInputStream(tar), "standard input"));
    assertEquals(List.of(LayoutFixture.AMD64), e.offered());
    assertEquals(List.of(), store.list().images());
    new ImageLoad(store, Optional.of(LayoutFixture.AMD64), Optional.empty())
        .load(new ByteArrayInputStream(tar), "standard input");
    assertEquals(1, store.list().images().size());
  }
}

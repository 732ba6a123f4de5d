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
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nsbox.archive.ImageImport.Imported;
import nsbox.archive.ImageImport.Settings;
import nsbox.image.BrokenLayoutException;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageException;
import nsbox.image.ImageStore;
import nsbox.image.LayoutFixture;
import nsbox.image.Reference;
import nsbox.image.StoredImage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class ImageImportTest {
  private static final String TAR = "application/vnd.oci.image.layer.v1.tar";

  @TempDir Path temp;
  private ImageStore store;
  private byte[] tar;

  @BeforeEach
  void makeRootFilesystem() throws IOException {
    store = new ImageStore(temp.resolve("state"));
    tar = ArchiveFixture.layer("a root filesystem");
  }

  private ImageImport importing(String name, String... changes) throws IOException {
    return new ImageImport(
        store,
        new Settings(
            name.isEmpty() ? Optional.empty() : Optional.of(Reference.parse(name)),
            LayoutFixture.ARM64,
            List.of(changes),
            Optional.empty(),
            Instant.EPOCH),
        Optional.empty());
  }

  private Imported pipe(ImageImport importing, byte[] bytes) throws IOException {
    return importing.importFrom(new ByteArrayInputStream(bytes), "standard input");
  }

  @Test
  void makesAnImageOfARootFilesystem() throws IOException {
    Imported imported = pipe(importing("rootfs:1", "CMD [\"/bin/sh\"]"), tar);
    assertEquals(ArchiveKind.ROOT_FILESYSTEM, imported.kind());
    assertEquals(Set.of(Reference.parse("rootfs:1")), imported.names());
    StoredImage image = store.get("rootfs:1");
    assertEquals(imported.id(), Optional.of(image.id()));
    assertEquals(
        "{\"architecture\":\"arm64\",\"variant\":\"v8\",\"config\":{\"Cmd\":[\"/bin/sh\"]},"
            + "\"created\":\"1970-01-01T00:00:00Z\",\"history\":[{\"created\":"
            + "\"1970-01-01T00:00:00Z\",\"comment\":\"Imported from standard input\"}],"
            + "\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\""
            + Digest.sha256(tar)
            + "\"]}}",
        image.config().json().toString());
  }

  @Test
  void keepsGzipAndZstdByteForByteAndExpandsXz() throws IOException {
    byte[] gzip = LayoutFixture.gzip(tar);
    byte[] zstd = Zstd.compress(tar);
    ByteArrayOutputStream xz = new ByteArrayOutputStream();
    try (OutputStream out = new XZOutputStream(xz, new LZMA2Options(0))) {
      out.write(tar);
    }
    for (Map.Entry<byte[], Descriptor> expected :
        Map.of(
                tar,
                new Descriptor(TAR, Digest.sha256(tar), tar.length),
                gzip,
                new Descriptor(TAR + "+gzip", Digest.sha256(gzip), gzip.length),
                zstd,
                new Descriptor(TAR + "+zstd", Digest.sha256(zstd), zstd.length),
                xz.toByteArray(),
                new Descriptor(TAR, Digest.sha256(tar), tar.length))
            .entrySet()) {
      pipe(importing("x"), expected.getKey());
      StoredImage image = store.get("x");
      assertEquals(List.of(expected.getValue()), image.manifest().layers());
      assertEquals(List.of(Digest.sha256(tar)), image.config().diffIds());
      try (var stored = store.blobs().open(expected.getValue())) {
        assertEquals(expected.getValue().digest(), Digest.sha256(stored.readAllBytes()));
      }
    }
  }

  @Test
  void givesTheSameFromAFileAndFromAPipe() throws IOException {
    Path file = Files.write(temp.resolve("rootfs.tar.gz"), LayoutFixture.gzip(tar));
    importing("a").importFrom(file);
    pipe(importing("b"), Files.readAllBytes(file));
    assertEquals(store.get("a").config().diffIds(), store.get("b").config().diffIds());
    assertEquals(store.get("a").manifest().layers(), store.get("b").manifest().layers());
    assertArrayEquals(LayoutFixture.gzip(tar), Files.readAllBytes(file));
  }

  @Test
  void takesAnArchiveOfNothingForAnEmptyRootFilesystem() throws IOException {
    Imported imported = pipe(importing(""), new byte[10240]);
    assertEquals(Set.of(), imported.names());
    assertEquals(List.of(), store.get(imported.id().orElseThrow().toString()).references());
  }

  @Test
  void importsALayoutFromAPipeAndAFileCompressedOrNot() throws IOException {
    LayoutFixture layout = LayoutFixture.withImage(temp.resolve("layout"), "team/app:1");
    Path file = Files.write(temp.resolve("l.tar"), layout.tar());
    for (byte[] bytes : List.of(layout.tar(), LayoutFixture.gzip(layout.tar()))) {
      Imported imported = pipe(importing(""), bytes);
      assertEquals(ArchiveKind.OCI_LAYOUT, imported.kind());
      assertEquals(Set.of(Reference.parse("team/app:1")), imported.names());
    }
    assertEquals(Set.of(Reference.parse("mine:2")), importing("mine:2").importFrom(file).names());
    assertEquals(
        Set.of(Reference.parse("other:2")), importing("other:2").importFrom(layout.root).names());
  }

  @Test
  void refusesToChangeALayout() throws IOException {
    LayoutFixture layout = LayoutFixture.withImage(temp.resolve("layout"), "team/app:1");
    byte[] bytes = layout.tar();
    assertThrows(
        BrokenLayoutException.class, () -> importing("", "USER x").importFrom(layout.root));
    assertThrows(BrokenLayoutException.class, () -> pipe(importing("", "USER x"), bytes));
    assertEquals(List.of(), store.list().images());
  }

  @Test
  void leavesADockerArchiveToLoad() throws IOException {
    ArchiveFixture archive = new ArchiveFixture();
    archive.image(List.of("a:1"), tar);
    Imported imported = pipe(importing("x"), archive.tar());
    assertEquals(new Imported(ArchiveKind.DOCKER_ARCHIVE, Set.of(), Optional.empty()), imported);
    assertEquals(List.of(), store.list().images());
  }

  @Test
  void takesAManifestJsonThatIsNotDockersForAFile() throws IOException {
    for (String text : List.of("{}", "[]", "[{\"name\":1}]", "not JSON")) {
      byte[] app = new ArchiveFixture().file("manifest.json", text).tar();
      assertEquals(ArchiveKind.ROOT_FILESYSTEM, pipe(importing("app"), app).kind());
    }
  }

  @Test
  void refusesBrokenInputAndLeavesTheStoreAsItWas() throws IOException {
    pipe(importing("present"), tar);
    byte[] gzip = LayoutFixture.gzip(tar);
    byte[] climbing = new ArchiveFixture().file("../evil", "x").tar();
    List<String> before = LayoutFixture.listing(temp);
    for (byte[] bytes :
        List.of(
            new byte[0],
            "no tar at all ".repeat(100).getBytes(),
            Arrays.copyOf(tar, 700),
            Arrays.copyOf(gzip, gzip.length / 2),
            Arrays.copyOf(gzip, gzip.length - 1),
            climbing)) {
      assertThrows(ImageException.class, () -> pipe(importing("x"), bytes));
      assertEquals(before, LayoutFixture.listing(temp));
    }
    assertThrows(InvalidChangeException.class, () -> pipe(importing("x", "RUN x"), tar));
    assertThrows(
        BrokenLayoutException.class, () -> importing("x").importFrom(Path.of("/dev/zero")));
    assertEquals(before, LayoutFixture.listing(temp));
  }
}

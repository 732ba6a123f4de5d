package nsbox.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nsbox.image.BlobMismatchException;
import nsbox.image.BrokenLayoutException;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageException;
import nsbox.image.ImageManifest;
import nsbox.image.ImageStore;
import nsbox.image.InvalidDocumentException;
import nsbox.image.InvalidReferenceException;
import nsbox.image.LayoutFixture;
import nsbox.image.LimitExceededException;
import nsbox.image.Manifest;
import nsbox.image.Platform;
import nsbox.image.PlatformMissingException;
import nsbox.image.Reference;
import nsbox.image.SharedImages;
import nsbox.image.UnsupportedManifestException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayoutImportTest {
  private static final Platform AMD64 = LayoutFixture.AMD64;

  @TempDir Path temp;
  private ImageStore store;
  private List<String> before;

  @BeforeEach
  void makeStoreWithOneImage() throws IOException {
    store = new ImageStore(temp.resolve("state"));
    importFrom(LayoutFixture.withImage(temp.resolve("present"), "1").root);
    before = LayoutFixture.listing(temp.resolve("state"));
  }

  private LayoutFixture fixture(String folder) throws IOException {
    return LayoutFixture.withImage(temp.resolve(folder), "1");
  }

  private Set<Reference> importFrom(Path layout) throws IOException {
    return new LayoutImport(store).importFrom(layout, Optional.empty(), AMD64);
  }

  /// Asserts how an import fails, and that the store is as it was to the byte.
  private <T extends ImageException> T refused(Class<T> kind, Path layout) throws IOException {
    T e = assertThrows(kind, () -> importFrom(layout));
    assertEquals(before, LayoutFixture.listing(temp.resolve("state")));
    return e;
  }

  private BrokenLayoutException broken(LayoutFixture layout, String file, String actual)
      throws IOException {
    BrokenLayoutException e = refused(BrokenLayoutException.class, layout.root);
    assertEquals(file, e.file());
    assertEquals(layout.root.toString(), e.layout());
    assertTrue(e.actual().contains(actual), e.actual());
    return e;
  }

  private void assertNames(LayoutFixture layout, String... full) throws IOException {
    Set<Reference> expected = new HashSet<>();
    for (String text : full) {
      expected.add(Reference.parse(text));
    }
    assertEquals(expected, importFrom(layout.root));
    for (Reference reference : expected) {
      assertEquals(List.of("/bin/sh"), store.find(reference).orElseThrow().config().cmd());
    }
  }

  @Test
  void takesTheFolderForTheRepositoryOfATag() throws IOException {
    assertNames(fixture("alpine"), "docker.io/library/alpine:1");
  }

  @Test
  void takesTheFolderForTheNameOfTheOnlyEntry() throws IOException {
    LayoutFixture layout = new LayoutFixture(temp.resolve("nameless"));
    assertNames(layout.name(null, layout.image(AMD64, "x")), "docker.io/library/nameless:latest");
  }

  @Test
  void takesAWholeReferenceAsItIs() throws IOException {
    LayoutFixture layout = new LayoutFixture(temp.resolve("any"));
    layout.name("registry.test:5000/a/b:2", layout.image(AMD64, "a"));
    layout.name("tool:3", layout.image(AMD64, "b"));
    layout.name("4", layout.image(AMD64, "c"));
    assertNames(
        layout, "registry.test:5000/a/b:2", "docker.io/library/tool:3", "docker.io/library/any:4");
  }

  @Test
  void prefersContainerdsName() throws IOException {
    LayoutFixture layout = new LayoutFixture(temp.resolve("any"));
    Descriptor named =
        layout
            .image(AMD64, "a")
            .withAnnotation(LayoutNames.CONTAINERD_NAME, "docker.io/team/app:5")
            .withAnnotation(LayoutNames.REF_NAME, "5");
    assertNames(layout.entry(named), "docker.io/team/app:5");
  }

  @Test
  void theUsersNameWins() throws IOException {
    Optional<Reference> name = Optional.of(Reference.parse("mine:7"));
    LayoutFixture layout = fixture("alpine");
    new LayoutImport(store).importFrom(layout.root, name, AMD64);
    assertTrue(store.get("mine:7").references().contains(name.get()));
    assertEquals(Optional.empty(), store.resolve("alpine:1"));
    layout.name("2", layout.image(AMD64, "another"));
    assertThrows(
        BrokenLayoutException.class,
        () -> new LayoutImport(store).importFrom(layout.root, name, AMD64));
  }

  @Test
  void refusesANameWithAnotherDigest() throws IOException {
    Reference name = Reference.parse("alpine@sha256:" + "0".repeat(64));
    LayoutFixture layout = fixture("alpine");
    assertThrows(
        BrokenLayoutException.class,
        () -> new LayoutImport(store).importFrom(layout.root, Optional.of(name), AMD64));
    assertEquals(before, LayoutFixture.listing(temp.resolve("state")));
  }

  @Test
  void takesThePlatformOutOfAnIndex() throws IOException {
    LayoutFixture layout = new LayoutFixture(temp.resolve("multi"));
    Descriptor arm = layout.image(LayoutFixture.ARM64, "arm");
    layout.name("1", layout.index(arm, layout.image(AMD64, "amd")));
    importFrom(layout.root);
    assertEquals("amd64", store.get("multi:1").config().platform().architecture());
    assertFalse(store.blobs().contains(arm), "the other platform's manifest was taken too");
  }

  @Test
  void saysWhatIsThereInsteadOfALayout() throws IOException {
    LayoutFixture layout = fixture("broken");
    Files.delete(layout.root.resolve("oci-layout"));
    broken(layout, "oci-layout", "nothing");
    layout.write("oci-layout", "{\"imageLayoutVersion\":\"2.0.0\"}");
    broken(layout, "oci-layout", "2.0.0");
    layout.write("oci-layout", "[]");
    broken(layout, "oci-layout", "not a JSON object");
    layout.write("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
    layout.write("index.json", "{\"manifests\":[}");
    broken(layout, "index.json", "not valid JSON");
    layout.write("index.json", "{\"manifests\":[]}");
    broken(layout, "index.json", "no entry");
    Files.delete(layout.root.resolve("index.json"));
    broken(layout, "index.json", "nothing");
    refused(BrokenLayoutException.class, temp.resolve("absent"));
  }

  @Test
  void refusesDeepAndLargeIndexes() throws IOException {
    LayoutFixture layout = fixture("broken");
    layout.write("index.json", "{\"a\":".repeat(65) + "1" + "}".repeat(65));
    broken(layout, "index.json", "");
    layout.write("index.json", " ".repeat(Manifest.MAX_BYTES) + "{}");
    assertEquals(
        Manifest.MAX_BYTES + 2L, refused(LimitExceededException.class, layout.root).actual());
  }

  @Test
  void namesTheBlobThatIsMissingOrNoPlainFile() throws IOException, InterruptedException {
    LayoutFixture layout = new LayoutFixture(temp.resolve("broken"));
    Descriptor image = layout.image(AMD64, "low", "high");
    layout.name("1", image);
    Descriptor high = layout.layer("high");
    for (Descriptor blob : List.of(high, image)) {
      String file = "blobs/sha256/" + blob.digest().hex();
      byte[] sound = Files.readAllBytes(layout.path(blob));
      Files.delete(layout.path(blob));
      broken(layout, file, "nothing");
      Files.write(temp.resolve("outside"), sound);
      Files.createSymbolicLink(layout.path(blob), temp.resolve("outside"));
      broken(layout, file, "a symbolic link");
      Files.delete(layout.path(blob));
      SharedImages.run("mkfifo", layout.path(blob).toString());
      broken(layout, file, "FIFO");
      Files.delete(layout.path(blob));
      Files.createDirectory(layout.path(blob));
      broken(layout, file, "a folder");
      Files.delete(layout.path(blob));
      Files.write(layout.path(blob), sound);
    }
    importFrom(layout.root);
  }

  @Test
  void refusesALinkedBlobFolder() throws IOException {
    LayoutFixture layout = fixture("broken");
    Files.move(layout.root.resolve("blobs"), temp.resolve("elsewhere"));
    Files.createSymbolicLink(layout.root.resolve("blobs"), temp.resolve("elsewhere"));
    broken(layout, "blobs", "a symbolic link");
  }

  @Test
  void saysWhatCameInsteadOfTheAnnouncedBytes() throws IOException {
    LayoutFixture layout = new LayoutFixture(temp.resolve("broken"));
    Descriptor image = layout.image(AMD64, "low", "high");
    layout.name("1", image);
    Descriptor config = ImageManifest.parse(image, Files.readAllBytes(layout.path(image))).config();
    for (Descriptor blob : List.of(layout.layer("high"), config, image)) {
      byte[] sound = Files.readAllBytes(layout.path(blob));
      byte[] flipped = sound.clone();
      flipped[1] ^= 4;
      Files.write(layout.path(blob), flipped);
      BlobMismatchException e = refused(BlobMismatchException.class, layout.root);
      assertEquals(blob.digest(), e.expected().digest());
      assertEquals(Digest.sha256(flipped), e.actualDigest().orElseThrow());
      Files.write(layout.path(blob), new byte[] {'{'});
      assertEquals(1, refused(BlobMismatchException.class, layout.root).actualBytes());
      Files.write(layout.path(blob), new byte[sound.length + 1]);
      assertTrue(refused(BlobMismatchException.class, layout.root).actualDigest().isEmpty());
      Files.write(layout.path(blob), sound);
    }
  }

  @Test
  void tagsNothingIfTheSecondOfTwoImagesIsBroken() throws IOException {
    LayoutFixture layout = fixture("pair");
    Descriptor second = layout.image(AMD64, "second");
    layout.name("2", second);
    Files.delete(layout.path(second));
    refused(BrokenLayoutException.class, layout.root);
  }

  @Test
  void refusesWhatIsNoImage() throws IOException {
    LayoutFixture layout = new LayoutFixture(temp.resolve("odd"));
    Descriptor empty = layout.blob("application/vnd.oci.empty.v1+json", "{}".getBytes(UTF_8));
    layout.name("1", layout.manifest(AMD64, empty, List.of()));
    refused(UnsupportedManifestException.class, layout.root);
    LayoutFixture folderName = fixture("UPPER");
    refused(InvalidReferenceException.class, folderName.root);
    LayoutFixture arm = new LayoutFixture(temp.resolve("arm"));
    arm.name("1", arm.index(arm.image(LayoutFixture.ARM64, "arm")));
    refused(PlatformMissingException.class, arm.root);
  }

  @Test
  void refusesADigestThatIsAPath() throws IOException {
    LayoutFixture layout = fixture("broken");
    String index = Files.readString(layout.root.resolve("index.json"));
    layout.write(
        "index.json", index.replaceFirst("sha256:[0-9a-f]+", "sha256:../../../../etc/passwd"));
    refused(InvalidDocumentException.class, layout.root);
  }

  @Test
  void doesNotReadADocumentAnnouncedAsTooLong() throws IOException {
    LayoutFixture layout = new LayoutFixture(temp.resolve("long"));
    Descriptor image = layout.image(AMD64, "x");
    layout.name("1", new Descriptor(image.mediaType(), image.digest(), 5L << 20));
    assertEquals(5L << 20, refused(LimitExceededException.class, layout.root).actual());
  }

  @Test
  void repairsALayerThatTheStoreHasTruncated() throws IOException {
    LayoutFixture layout = fixture("present");
    Descriptor layer = store.get("present:1").manifest().layers().getFirst();
    Path stored = temp.resolve("state/images/blobs/sha256").resolve(layer.digest().hex());
    Files.write(stored, new byte[1]);
    importFrom(layout.root);
    assertEquals(before, LayoutFixture.listing(temp.resolve("state")));
  }
}

package nsbox.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import nsbox.archive.LayoutImport;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageStoreTest {
  @TempDir Path temp;
  private Path state;
  private ImageStore store;

  @BeforeEach
  void makeStore() {
    state = temp.resolve("state");
    store = new ImageStore(state);
  }

  private StoredImage imported(String name, String content) throws IOException {
    LayoutFixture layout = new LayoutFixture(temp.resolve("layout" + System.nanoTime()));
    layout.name(name, layout.image(LayoutFixture.AMD64, content));
    new LayoutImport(store).importFrom(layout.root, Optional.empty(), LayoutFixture.AMD64);
    return store.get(name);
  }

  private Path blob(Descriptor descriptor) {
    return state.resolve("images/blobs/sha256").resolve(descriptor.digest().hex());
  }

  @Test
  void isEmptyWhereNothingWasStoredAndReadingMakesNothing() throws IOException {
    assertEquals(List.of(), store.list().images());
    assertEquals(Optional.empty(), store.resolve("alpine"));
    ImageNotFoundException e =
        assertThrows(ImageNotFoundException.class, () -> store.get("alpine"));
    assertEquals("alpine", e.nameOrId());
    assertEquals(0, store.sweep());
    assertFalse(Files.exists(state));
  }

  @Test
  void keepsEverythingFromOtherUsers() throws IOException {
    imported("docker.io/team/app:1", "x");
    try (Stream<Path> paths = Files.walk(state)) {
      for (Path path : paths.toList()) {
        String expected = Files.isDirectory(path) ? "rwx------" : "rw-------";
        String actual = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        assertEquals(expected, actual, path.toString());
      }
    }
  }

  @Test
  void findsAnImageByAllItsNamesAndByDigest() throws IOException {
    StoredImage image = imported("docker.io/team/app:1", "x");
    store.tag(Reference.parse("team/app:2"), image.descriptor());
    StoredImage again = store.get("team/app@" + image.descriptor().digest());
    assertEquals(
        List.of(Reference.parse("team/app:1"), Reference.parse("team/app:2")), again.references());
    assertEquals(1, store.list().images().size());
    assertEquals(Optional.empty(), store.resolve("other/app@" + image.descriptor().digest()));
  }

  @Test
  void anImageThatLosesItsNameIsStillFoundById() throws IOException {
    StoredImage old = imported("docker.io/team/app:1", "old");
    StoredImage recent = imported("docker.io/team/app:1", "new");
    assertEquals(recent.id(), store.get("team/app:1").id());
    assertEquals(List.of(), store.get(old.id().toString()).references());
    store.tag(Reference.parse("team/app:old"), old.descriptor());
    assertEquals(1, store.get(old.id().hex()).references().size());
    assertEquals(2, store.list().images().size());
  }

  @Test
  void aNameWinsOverAnId() throws IOException {
    StoredImage first = imported("docker.io/team/app:1", "first");
    StoredImage second = imported("docker.io/team/app:2", "second");
    String looksLikeAnId = first.id().hex().substring(0, 4);
    store.tag(Reference.parse(looksLikeAnId), second.descriptor());
    assertEquals(second.id(), store.get(looksLikeAnId).id());
    assertEquals(first.id(), store.get("sha256:" + looksLikeAnId).id());
  }

  @Test
  void namesTheCandidatesOfAnAmbiguousId() throws IOException {
    // 257 IDs cannot all differ in their first two digits.
    LayoutFixture layout = new LayoutFixture(temp.resolve("many"));
    for (int i = 0; i < 257; i++) {
      layout.name("docker.io/team/app:" + i, layout.image(LayoutFixture.AMD64, "content " + i));
    }
    new LayoutImport(store).importFrom(layout.root, Optional.empty(), LayoutFixture.AMD64);
    boolean ambiguous = false;
    for (int prefix = 0; prefix < 256 && !ambiguous; prefix++) {
      String digits = Integer.toHexString(256 + prefix).substring(1);
      try {
        store.resolve(digits);
      } catch (AmbiguousImageException e) {
        assertTrue(e.candidates().size() > 1);
        assertTrue(e.candidates().getFirst().hex().startsWith(digits));
        ambiguous = true;
      }
    }
    assertTrue(ambiguous);
  }

  @Test
  void refusesAPrefixOfOneDigitAsAnId() throws IOException {
    StoredImage image = imported("docker.io/team/app:1", "x");
    assertEquals(Optional.empty(), store.resolve(image.id().hex().substring(0, 1)));
  }

  @Test
  void namesTheBlobThatIsMissingOrChanged() throws IOException {
    StoredImage image = imported("docker.io/team/app:1", "x");
    for (Descriptor document : List.of(image.descriptor(), image.manifest().config())) {
      Path file = blob(document);
      byte[] sound = Files.readAllBytes(file);
      byte[] flipped = sound.clone();
      flipped[9] ^= 1;
      Files.write(file, flipped);
      assertDamaged(file, "bytes with sha256:");
      Files.write(file, new byte[3]);
      assertDamaged(file, "3 bytes");
      Files.delete(file);
      assertDamaged(file, "missing");
      Files.createSymbolicLink(file, Path.of("/etc/passwd"));
      assertDamaged(file, "not a plain file");
      Files.delete(file);
      Files.write(file, sound);
    }
    assertEquals(image, store.get("team/app:1"));
  }

  private void assertDamaged(Path file, String actual) throws IOException {
    CorruptStoreException e =
        assertThrows(CorruptStoreException.class, () -> store.get("team/app:1"));
    assertEquals(file, e.path());
    assertTrue(e.actual().contains(actual), e.actual());
    assertEquals(1, store.list().damaged().size());
  }

  @Test
  void givesNoNameToAnImageWithoutItsLayers() throws IOException {
    StoredImage image = imported("docker.io/team/app:1", "x");
    Files.delete(blob(image.manifest().layers().getFirst()));
    List<String> before = LayoutFixture.listing(state);
    assertThrows(
        CorruptStoreException.class,
        () -> store.tag(Reference.parse("team/app:2"), image.descriptor()));
    assertEquals(before, LayoutFixture.listing(state));
  }

  @Test
  void anImageThatLosesItsLastNameIsFoundById() throws IOException {
    StoredImage image = imported("docker.io/team/app:1", "x");
    store.tag(Reference.parse("team/app:2"), image.descriptor());
    store.untag(Reference.parse("team/app:1"));
    assertEquals(Optional.empty(), store.resolve("team/app:1"));
    assertEquals(List.of(Reference.parse("team/app:2")), store.get("team/app:2").references());
    store.untag(Reference.parse("team/app:2"));
    StoredImage nameless = store.get(image.id().shortHex());
    assertEquals(image.id(), nameless.id());
    assertEquals(List.of(), nameless.references());
    assertEquals(1, store.list().images().size());
    store.tag(Reference.parse("team/app:3"), nameless.descriptor());
    assertEquals(1, store.list().images().size());
    assertEquals(List.of(Reference.parse("team/app:3")), store.get("team/app:3").references());
  }

  @Test
  void takesAllNamesOrNone() throws IOException {
    StoredImage image = imported("docker.io/team/app:1", "x");
    List<String> before = LayoutFixture.listing(state);
    ImageNotFoundException e =
        assertThrows(
            ImageNotFoundException.class,
            () ->
                store.untagAll(
                    Set.of(Reference.parse("team/app:1"), Reference.parse("team/app:2"))));
    assertEquals("team/app:2", e.nameOrId());
    assertEquals(before, LayoutFixture.listing(state));
    assertEquals(image, store.get("team/app:1"));
  }

  @Test
  void saysThatTheIndexIsDamaged() throws IOException {
    imported("docker.io/team/app:1", "x");
    Path index = state.resolve("images/index.json");
    Files.writeString(index, "{\"manifests\":[");
    CorruptStoreException e =
        assertThrows(CorruptStoreException.class, () -> store.get("team/app:1"));
    assertEquals(index, e.path());
  }

  @Test
  void keepsWhatOtherToolsWroteIntoTheIndex() throws IOException {
    StoredImage image = imported("docker.io/team/app:1", "x");
    Path index = state.resolve("images/index.json");
    JsonObject json = Json.parse(Files.readAllBytes(index), "index");
    JsonObject foreign =
        new JsonObject()
            .put("mediaType", "application/x-odd")
            .put("digest", "sha256:" + "b".repeat(64))
            .put("size", 5L)
            .put("odd", List.of("kept"))
            .put("annotations", new JsonObject().put(StoreIndex.REF_NAME, "Not A Reference"));
    List<JsonObject> entries = new ArrayList<>(json.objects("manifests"));
    entries.addFirst(foreign);
    json.put("manifests", entries).put("annotations", new JsonObject().put("k", "v"));
    Files.write(index, Json.bytes(json));
    store.tag(Reference.parse("team/app:2"), image.descriptor());
    String text = Files.readString(index);
    assertTrue(text.contains(foreign.toString()), text);
    assertTrue(text.contains("\"annotations\":{\"k\":\"v\"}"), text);
    assertEquals(1, store.list().images().size());
    assertEquals(List.of(), store.list().damaged());
  }

  @Test
  void putIsIdempotentAndRepairsATruncatedBlob() throws IOException {
    byte[] bytes = "content".getBytes(UTF_8);
    Descriptor expected = new Descriptor("x", Digest.sha256(bytes), bytes.length);
    for (int i = 0; i < 2; i++) {
      store.blobs().put(expected, new ByteArrayInputStream(bytes));
    }
    Files.write(blob(expected), new byte[2]);
    assertFalse(store.blobs().contains(expected));
    store.blobs().put(expected, new ByteArrayInputStream(bytes));
    assertEquals("content", new String(store.blobs().document(expected), UTF_8));
  }

  @Test
  void keepsBlobsNamedBySha512() throws IOException {
    byte[] bytes = "content".getBytes(UTF_8);
    Digest digest = new Digest("sha512", "0".repeat(128)).ofSameAlgorithm(bytes);
    Descriptor expected = new Descriptor("x", digest, bytes.length);
    store.blobs().put(expected, new ByteArrayInputStream(bytes));
    assertEquals("content", new String(store.blobs().document(expected), UTF_8));
    assertTrue(Files.exists(state.resolve("images/blobs/sha512").resolve(digest.hex())));
  }

  @Test
  void putKeepsNothingOfAMismatch() throws IOException {
    byte[] bytes = "content".getBytes(UTF_8);
    store
        .blobs()
        .put(new Descriptor("x", Digest.sha256(bytes), 7), new ByteArrayInputStream(bytes));
    List<String> before = LayoutFixture.listing(state);
    Digest other = Digest.sha256("other".getBytes(UTF_8));
    for (long size : new long[] {0, 6, 7, 8, Long.MAX_VALUE}) {
      BlobMismatchException e =
          assertThrows(
              BlobMismatchException.class,
              () ->
                  store
                      .blobs()
                      .put(new Descriptor("x", other, size), new ByteArrayInputStream(bytes)));
      assertEquals(size < 7, e.actualDigest().isEmpty());
      assertEquals(before, LayoutFixture.listing(state));
    }
  }

  @Test
  void sweepRemovesOnlyWhatDeadProcessesLeft() throws IOException {
    Path ingest = state.resolve("ingest");
    Files.createDirectories(ingest.resolve("00000000-1-1-0/layout/blobs"));
    Files.createDirectories(ingest.resolve("not-ours"));
    Files.createDirectories(ingest.resolve(IngestOwner.self() + "-7"));
    assertEquals(1, store.sweep());
    assertFalse(Files.exists(ingest.resolve("00000000-1-1-0")));
    assertTrue(Files.exists(ingest.resolve("not-ours")));
    assertTrue(Files.exists(ingest.resolve(IngestOwner.self() + "-7")));
  }

  private long collected(boolean remove) throws IOException {
    return store.collect(remove, _ -> true, java.time.Duration.ZERO, (_, _) -> 0).bytes();
  }

  @Test
  void removesOnlyWhatNothingLeadsTo() throws IOException {
    StoredImage kept = imported("docker.io/team/kept:1", "kept");
    StoredImage gone = imported("docker.io/team/gone:1", "gone");
    assertEquals(0, collected(true));
    store.remove(entry -> entry.digest().equals(gone.target().digest()));
    long size = gone.compressedBytes() + gone.descriptor().sizeBytes();
    assertEquals(size, collected(false));
    assertTrue(Files.exists(blob(gone.descriptor())), "counting removes nothing");
    assertEquals(size, collected(true));
    assertFalse(Files.exists(blob(gone.descriptor())));
    assertEquals(kept, store.get("docker.io/team/kept:1"));
    assertTrue(store.blobs().contains(kept.manifest().layers().getFirst()));
  }

  @Test
  void keepsWhatALivingProcessHolds() throws IOException {
    StoredImage image = imported("docker.io/team/app:1", "x");
    try (Ingest lease = store.ingest()) {
      assertEquals(Optional.of(image), store.hold("docker.io/team/app:1", lease));
      store.remove(_ -> true);
      assertEquals(0, collected(true));
      assertTrue(store.blobs().contains(image.manifest().layers().getFirst()));
    }
    assertTrue(collected(true) > 0);
    assertFalse(store.blobs().contains(image.manifest().layers().getFirst()));
  }

  @Test
  void removesNothingWhereTheIndexIsLost() throws IOException {
    StoredImage image = imported("docker.io/team/app:1", "x");
    Files.delete(state.resolve("images/index.json"));
    assertThrows(CorruptStoreException.class, () -> collected(true));
    assertTrue(Files.exists(blob(image.descriptor())));
  }
}

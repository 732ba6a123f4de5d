package nsbox.registry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageIndex;
import nsbox.image.MediaType;
import nsbox.registry.config.Server.Protocol;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole protocol against a real registry.
class RemoteRepositoryTest {
  private static DockerRegistry registry;

  private final Samples samples = new Samples();

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    registry = DockerRegistry.plain(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    if (registry != null) {
      registry.close();
    }
  }

  private Repository repository(String name) {
    return samples.client().open(registry.endpoint(name, Protocol.HTTP), Credentials.NONE);
  }

  @Test
  void givesBackManifestsByteForByte() throws IOException {
    Repository repository = repository("team/bytes");
    RawManifest pushed = Samples.pushImage(repository, "1.4");

    RawManifest byTag = repository.manifest("1.4");
    assertArrayEquals(pushed.bytes(), byTag.bytes());
    assertEquals(pushed.descriptor(), byTag.descriptor());
    String digest = pushed.descriptor().digest().toString();
    assertArrayEquals(pushed.bytes(), repository.manifest(digest).bytes());
    assertEquals(Optional.of(pushed.descriptor()), repository.resolve("1.4"));
    assertEquals(Optional.of(pushed.descriptor()), repository.resolve(digest));
    assertEquals(List.of(), samples.notices);
  }

  @Test
  void saysWhatIsNotThere() {
    Repository repository = repository("team/none");
    NotFoundException e = assertThrows(NotFoundException.class, () -> repository.manifest("1.4"));
    assertEquals(
        "manifest 1.4 of "
            + registry.host()
            + "/team/none: not found: MANIFEST_UNKNOWN: manifest unknown",
        e.getMessage());
    assertEquals(registry.host(), e.host());
    assertThrows(NotFoundException.class, repository::tags);
  }

  @Test
  void resolvesNothingToNothing() throws IOException {
    assertEquals(Optional.empty(), repository("team/none").resolve("1.4"));
  }

  @Test
  void fetchesBlobsWholeAndInParts() throws IOException {
    Repository repository = repository("team/parts");
    byte[] bytes = Samples.randomBytes(300_000);
    Descriptor blob = Samples.blob(bytes);
    assertFalse(repository.hasBlob(blob));
    Samples.push(repository, bytes);
    assertTrue(repository.hasBlob(blob));

    try (BlobRange range = repository.blob(blob, 0, bytes.length)) {
      assertArrayEquals(bytes, range.bytes().readAllBytes());
    }
    try (BlobRange range = repository.blob(blob, 1000, 200_000)) {
      assertEquals(1000, range.from());
      assertTrue(range.ranged());
      assertArrayEquals(Arrays.copyOfRange(bytes, 1000, 200_000), range.bytes().readAllBytes());
    }
  }

  @Test
  void pushesAnEmptyBlob() throws IOException {
    Repository repository = repository("team/empty");
    Samples.push(repository, new byte[0]);
    try (BlobRange range = repository.blob(Samples.blob(new byte[0]), 0, 0)) {
      assertEquals(-1, range.bytes().read());
    }
  }

  @Test
  void refusesToPushOtherBytesThanAnnounced() throws IOException {
    Repository repository = repository("team/wrong");
    Descriptor blob = Samples.blob(Samples.randomBytes(1000));
    RegistryErrorException e =
        assertThrows(
            RegistryErrorException.class,
            () -> repository.pushBlob(blob, () -> new ByteArrayInputStream(new byte[1000])));
    assertEquals(400, e.status());
    assertTrue(e.getMessage().contains("DIGEST_INVALID"), e.getMessage());
    IOException shorter =
        assertThrows(
            IOException.class,
            () -> repository.pushBlob(blob, () -> new ByteArrayInputStream(new byte[999])));
    assertEquals(
        "blob " + blob.digest() + " of " + repository.name() + ": 1 of 1000 bytes are missing",
        shorter.getMessage());
    assertFalse(repository.hasBlob(blob));
  }

  @Test
  void mountsFromASiblingOrSaysNo() throws IOException {
    byte[] bytes = Samples.randomBytes(5000);
    Samples.push(repository("team/source"), bytes);
    Repository target = repository("team/target");
    assertTrue(target.mountBlob(Samples.blob(bytes), "team/source"));
    assertTrue(target.hasBlob(Samples.blob(bytes)));
    Descriptor missing = Samples.blob(new byte[7]);
    assertFalse(target.mountBlob(missing, "team/source"));
    assertFalse(target.hasBlob(missing));
  }

  @Test
  void listsTags() throws IOException {
    Repository repository = repository("team/tags");
    RawManifest image = Samples.pushImage(repository, "t0");
    for (int i = 1; i < 5; i++) {
      repository.pushManifest("t" + i, image);
    }
    assertEquals(
        List.of("t0", "t1", "t2", "t3", "t4"), repository.tags().stream().sorted().toList());
  }

  @Test
  void findsReferrersByTheFallbackTag() throws IOException {
    Repository repository = repository("team/referred");
    RawManifest image = Samples.pushImage(repository, "1");
    Digest subject = image.descriptor().digest();
    assertEquals(List.of(), repository.referrers(subject, Optional.empty()).manifests());
    String entry =
        "{\"mediaType\":\""
            + MediaType.OCI_MANIFEST
            + "\",\"size\":"
            + image.bytes().length
            + ",\"digest\":\""
            + subject
            + "\",\"artifactType\":\"application/sbom\"}";
    RawManifest index =
        Samples.raw(
            MediaType.OCI_INDEX,
            "{\"schemaVersion\":2,\"mediaType\":\""
                + MediaType.OCI_INDEX
                + "\",\"manifests\":["
                + entry
                + "]}");
    assertEquals(Optional.empty(), repository.pushManifest("sha256-" + subject.hex(), index));

    ImageIndex all = repository.referrers(subject, Optional.empty());
    assertEquals(1, all.manifests().size());
    assertEquals(all, repository.referrers(subject, Optional.of("application/sbom")));
    assertEquals(
        List.of(), repository.referrers(subject, Optional.of("application/other")).manifests());
  }

  @Test
  void deletesByDigest() throws IOException {
    Repository repository = repository("team/deleted");
    RawManifest image = Samples.pushImage(repository, "1");
    repository.delete(image.descriptor().digest().toString());
    assertEquals(Optional.empty(), repository.resolve("1"));
    assertThrows(
        NotFoundException.class, () -> repository.delete(image.descriptor().digest().toString()));
  }

  @Test
  void fallsBackToHttpWhereNoTlsIsSpoken() throws IOException {
    Repositories client = samples.client();
    Repository repository =
        client.open(registry.endpoint("team/either", Protocol.HTTPS_THEN_HTTP), Credentials.NONE);
    RawManifest image = Samples.pushImage(repository, "1");
    assertArrayEquals(image.bytes(), repository.manifest("1").bytes());
    assertEquals(List.of(), samples.notices);
  }

  @Test
  void speaksNoHttpToARegistryOfHttps() {
    Repository repository =
        samples.client().open(registry.endpoint("team/tls", Protocol.HTTPS), Credentials.NONE);
    UntrustedServerException e =
        assertThrows(UntrustedServerException.class, () -> repository.manifest("1"));
    assertFalse(e.certificate());
  }

  @Test
  void listsRepositoriesAndHasNoSearch() throws IOException {
    Samples.pushImage(repository("team/catalogued"), "1");
    Registry whole = samples.client().registry(registry.server(Protocol.HTTP), Credentials.NONE);
    whole.ping();
    assertTrue(whole.catalog().contains("team/catalogued"));
    UnsupportedByRegistryException e =
        assertThrows(UnsupportedByRegistryException.class, () -> whole.search("alpine", 5));
    assertTrue(e.getMessage().contains(registry.host() + " has no search"), e.getMessage());
  }

  @Test
  void saysThatNobodyListens() {
    Repository repository =
        samples
            .client()
            .open(
                DockerRegistry.endpoint(
                    DockerRegistry.server("127.0.0.1:1", Protocol.HTTPS_THEN_HTTP), "a"),
                Credentials.NONE);
    UnreachableException e =
        assertThrows(UnreachableException.class, () -> repository.manifest("1"));
    assertEquals(
        "manifest 1 of 127.0.0.1:1/a: no connection to 127.0.0.1:1: Connection refused",
        e.getMessage());
    assertEquals(2, samples.notices.size(), samples.notices.toString());
  }
}

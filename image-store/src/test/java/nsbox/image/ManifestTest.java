package nsbox.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nsbox.json.Json;
import nsbox.json.JsonException;
import org.junit.jupiter.api.Test;

class ManifestTest {
  private static final String DIGEST = "sha256:" + "a".repeat(64);
  private static final String BLOB =
      "{\"mediaType\":\"%s\",\"digest\":\"" + DIGEST + "\",\"size\":7}";

  private static Descriptor of(String mediaType, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return new Descriptor(mediaType, Digest.sha256(bytes), bytes.length);
  }

  private static Manifest parse(String mediaType, String text) throws ImageException {
    return Manifest.parse(of(mediaType, text), text.getBytes(UTF_8));
  }

  private static String image(String layers) {
    return "{\"schemaVersion\":2,\"config\":"
        + BLOB.formatted(MediaType.OCI_CONFIG)
        + ",\"layers\":["
        + layers
        + "]}";
  }

  private static ImageConfig config(String text, int layers) throws ImageException {
    Descriptor blob = of("application/vnd.oci.image.layer.v1.tar", "x");
    ImageManifest manifest =
        new ImageManifest(
            MediaType.OCI_MANIFEST,
            of(MediaType.OCI_CONFIG, text),
            Collections.nCopies(layers, blob));
    return ImageConfig.parse(manifest, text.getBytes(UTF_8));
  }

  @Test
  void readsOciAndDockerManifests() throws ImageException {
    String text = image(BLOB.formatted("x"));
    for (String mediaType : List.of(MediaType.OCI_MANIFEST, MediaType.DOCKER_MANIFEST)) {
      ImageManifest manifest = assertInstanceOf(ImageManifest.class, parse(mediaType, text));
      assertEquals(7, manifest.layers().getFirst().sizeBytes());
      assertEquals(mediaType, manifest.mediaType());
    }
  }

  @Test
  void refusesSchema1WithTheReason() {
    String type = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    UnsupportedManifestException e =
        assertThrows(
            UnsupportedManifestException.class, () -> parse(type, "{\"schemaVersion\":1}"));
    assertTrue(e.reason().contains("schema 1"), e.reason());
    assertThrows(
        UnsupportedManifestException.class,
        () -> parse(MediaType.DOCKER_MANIFEST, "{\"schemaVersion\":1}"));
  }

  @Test
  void refusesADocumentOfTwoMeanings() {
    String both = image("").replace("\"layers\"", "\"manifests\":[],\"layers\"");
    assertThrows(InvalidDocumentException.class, () -> parse(MediaType.OCI_INDEX, both));
    String other = "{\"mediaType\":\"" + MediaType.OCI_INDEX + "\",\"manifests\":[]}";
    assertThrows(InvalidDocumentException.class, () -> parse(MediaType.OCI_MANIFEST, other));
  }

  @Test
  void refusesTooManyLayersAndEntries() {
    String layers = (BLOB.formatted("x") + ",").repeat(127) + BLOB.formatted("x");
    LimitExceededException e =
        assertThrows(
            LimitExceededException.class, () -> parse(MediaType.OCI_MANIFEST, image(layers)));
    assertEquals(128, e.actual());
    String entries = (BLOB.formatted("x") + ",").repeat(1000) + BLOB.formatted("x");
    assertThrows(
        LimitExceededException.class,
        () -> parse(MediaType.OCI_INDEX, "{\"manifests\":[" + entries + "]}"));
  }

  @Test
  void namesThePlaceOfABadDigest() {
    String text = image("").replace(DIGEST, "sha256:../../etc/passwd");
    InvalidDocumentException e =
        assertThrows(InvalidDocumentException.class, () -> parse(MediaType.OCI_MANIFEST, text));
    assertTrue(e.getMessage().contains("config.digest: not a digest"), e.getMessage());
  }

  @Test
  void descriptorKeepsWhatItDoesNotKnow() throws JsonException {
    String text =
        "{\"mediaType\":\"x\",\"digest\":\""
            + DIGEST
            + "\",\"size\":7,\"urls\":[\"u\"],\"platform\":{\"os\":\"windows\","
            + "\"architecture\":\"amd64\",\"os.version\":\"10\"},\"data\":\"eA==\"}";
    Descriptor descriptor = Descriptor.read(Json.parse(text.getBytes(UTF_8), "d"));
    assertEquals(text, descriptor.toJson().toString());
    Descriptor named = descriptor.withAnnotation("k", "v");
    assertEquals(
        text.replaceFirst("}$", ",\"annotations\":{\"k\":\"v\"}}"), named.toJson().toString());
    assertEquals(descriptor, named.withoutAnnotation("k"));
  }

  @Test
  void readsTheWholeConfig() throws ImageException {
    ImageConfig config =
        config(
            """
            {"created":"2024-09-06T12:05:36Z","os":"linux","architecture":"arm64","variant":"v8",
             "config":{"Entrypoint":["/e"],"Cmd":["c"],"Env":["A=1"],"WorkingDir":"/w","User":"1:2",
              "StopSignal":"SIGINT","Volumes":{"/v":{}},"ExposedPorts":{"80/tcp":{}},
              "Labels":{"l":"x"}},
             "rootfs":{"type":"layers","diff_ids":["%s"]},"history":[{"empty_layer":true}]}
            """
                .formatted(DIGEST),
            1);
    assertEquals(new Platform("linux", "arm64", "v8"), config.platform());
    assertEquals(List.of("/e"), config.entrypoint());
    assertEquals(List.of("c"), config.cmd());
    assertEquals(List.of("A=1"), config.env());
    assertEquals("/w", config.workingDir());
    assertEquals("1:2", config.user());
    assertEquals("SIGINT", config.stopSignal().orElseThrow());
    assertEquals(Set.of("/v"), config.volumes());
    assertEquals(Set.of("80/tcp"), config.exposedPorts());
    assertEquals(Map.of("l", "x"), config.labels());
    assertEquals(DIGEST, config.diffIds().getFirst().toString());
    assertEquals(1, config.history().size());
  }

  @Test
  void takesNullForWhatIsNotThere() throws ImageException {
    ImageConfig config =
        config(
            """
            {"os":"linux","architecture":"amd64","config":{"Cmd":null,"Entrypoint":null,
             "Volumes":null,"Labels":null},"rootfs":{"type":"layers","diff_ids":null}}
            """,
            0);
    assertEquals(List.of(), config.cmd());
    assertEquals(Set.of(), config.volumes());
  }

  @Test
  void refusesAnotherNumberOfDiffIdsThanLayers() {
    String text =
        "{\"os\":\"linux\",\"architecture\":\"amd64\","
            + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"%s\"]}}".formatted(DIGEST);
    for (int layers : new int[] {0, 2}) {
      InvalidDocumentException e =
          assertThrows(InvalidDocumentException.class, () -> config(text, layers));
      assertTrue(e.getMessage().contains("1 for the manifest's " + layers), e.getMessage());
    }
  }

  @Test
  void refusesTheConfigOfAnArtifact() throws ImageException {
    String text = image("").replace(MediaType.OCI_CONFIG, "application/vnd.oci.empty.v1+json");
    ImageManifest artifact =
        assertInstanceOf(ImageManifest.class, parse(MediaType.OCI_MANIFEST, text));
    assertThrows(
        UnsupportedManifestException.class,
        () -> ImageConfig.parse(artifact, "{}".getBytes(UTF_8)));
  }
}

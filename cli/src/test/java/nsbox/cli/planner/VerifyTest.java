package nsbox.cli.planner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import nsbox.cli.Invocation;
import nsbox.engine.Front;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.ImageStore;
import nsbox.image.MediaType;
import nsbox.image.Platform;
import nsbox.image.Reference;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.runtime.program.Program;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyTest {
  private static final String NAME = "registry.test/app:1";
  private static final String PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json";
  private static final byte[] TAR = new byte[10240];

  @TempDir Path temp;
  private ImageStore store;
  private Descriptor layer;
  private Descriptor manifest;
  private final StringBuilder out = new StringBuilder();
  private final StringBuilder err = new StringBuilder();

  @BeforeEach
  void makeImage() throws IOException {
    store = new ImageStore(temp.resolve("state"));
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(TAR);
    }
    layer = blob("application/vnd.oci.image.layer.v1.tar+gzip", compressed.toByteArray());
    manifest = image(NAME, layer, Digest.sha256(TAR));
  }

  private Descriptor blob(String mediaType, byte[] bytes) throws IOException {
    Descriptor blob = new Descriptor(mediaType, Digest.sha256(bytes), bytes.length);
    store.blobs().put(blob, new ByteArrayInputStream(bytes));
    return blob;
  }

  private Descriptor image(String name, Descriptor layer, Digest diffId) throws IOException {
    List<String> diffIds = List.of(diffId.toString());
    JsonObject config =
        new JsonObject()
            .put("os", "linux")
            .put("architecture", Platform.host().architecture())
            .put("rootfs", new JsonObject().put("type", "layers").put("diff_ids", diffIds));
    JsonObject manifest =
        new JsonObject()
            .put("schemaVersion", 2)
            .put("config", blob(MediaType.OCI_CONFIG, Json.bytes(config)).toJson())
            .put("layers", List.of(layer.toJson()));
    Descriptor descriptor = blob(MediaType.OCI_MANIFEST, Json.bytes(manifest));
    store.tag(Reference.parse(name), descriptor);
    return descriptor;
  }

  private int verify(String... arguments) throws IOException {
    out.setLength(0);
    err.setLength(0);
    List<String> all = new ArrayList<>(List.of("nsbox", "--root", temp + "/state", "verify"));
    all.addAll(Arrays.asList(arguments));
    Invocation invocation =
        new Invocation(
            all, Map.of(), temp.toString(), "/nsbox", 1, 1, 0, false, false, false, 0, 0, 0);
    return Commands.run(invocation, new Printed());
  }

  private Path path(Descriptor blob) {
    return temp.resolve("state/images/blobs/sha256").resolve(blob.digest().hex());
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void aSoundImageIsSound() throws IOException {
    assertEquals(0, verify(NAME));
    assertTrue(out.toString().startsWith(NAME + ": sound, 3 blobs of "), out.toString());
    assertEquals(0, verify(store.get(NAME).id().shortHex()));
    assertEquals("", err.toString());
  }

  @Test
  void namesTheLayerThatIsDamaged() throws IOException {
    flip(path(layer));
    assertEquals(1, verify(NAME));
    String start = NAME + ": layer 1 of 1: blob " + layer.digest() + " should be ";
    assertTrue(out.toString().startsWith(start), out.toString());
  }

  @Test
  void checksWhatIsLeftOfAnImageThatCannotBeRead() throws IOException {
    Path config = path(store.get(NAME).manifest().config());
    flip(config);
    Files.delete(path(layer));
    assertEquals(1, verify(NAME));
    String text = out.toString();
    assertEquals(2, text.lines().count(), text);
    assertTrue(text.contains(config.toString()), text);
    assertTrue(text.contains(path(layer) + " should be"), text);
    flip(path(manifest));
    assertEquals(1, verify(NAME));
    assertEquals(1, out.toString().lines().count());
  }

  @Test
  void comparesTheUncompressedLayerToo() throws IOException {
    Digest wrong = Digest.sha256("another".getBytes(UTF_8));
    image("registry.test/lying:1", layer, wrong);
    assertEquals(1, verify("registry.test/lying:1"));
    assertTrue(out.toString().contains(wrong.toString()), out.toString());
    assertTrue(out.toString().contains(Digest.sha256(TAR).toString()), out.toString());
  }

  /* Other platforms' manifests were not fetched; artifacts have neither config nor diff IDs. */
  @Test
  void checksWhatIsThereOfAnIndex() throws IOException {
    Descriptor note = blob("text/plain", "a note".getBytes(UTF_8));
    JsonObject artifact =
        new JsonObject()
            .put("schemaVersion", 2)
            .put(
                "config", blob("application/vnd.oci.empty.v1+json", new byte[] {'{', '}'}).toJson())
            .put("layers", List.of(note.toJson()));
    Descriptor absent = blob(MediaType.OCI_MANIFEST, "{\"layers\":[]}".getBytes(UTF_8));
    List<JsonObject> listed =
        List.of(
            manifest.withPlatform(Platform.host()).toJson(),
            blob(MediaType.OCI_MANIFEST, Json.bytes(artifact)).toJson(),
            blob("application/x-odd", "odd".getBytes(UTF_8)).toJson(),
            absent.toJson());
    byte[] index = Json.bytes(new JsonObject().put("schemaVersion", 2).put("manifests", listed));
    store.tag(Reference.parse("registry.test/index:1"), blob(MediaType.OCI_INDEX, index));
    Files.delete(path(absent));
    assertEquals(0, verify("registry.test/index:1"), out + " " + err);
    assertTrue(out.toString().contains(": sound, 8 blobs of "), out.toString());
    Files.writeString(path(note), "a vote");
    assertEquals(1, verify("registry.test/index:1"));
    assertTrue(out.toString().contains("layer 1 of 1: blob " + note.digest()), out.toString());
  }

  @Test
  void anImageThatIsNotThereIsNotSound() throws IOException {
    assertEquals(125, verify("gone"));
    assertTrue(err.toString().startsWith("nsbox: no image gone in the store"), err.toString());
  }

  private Path key(KeyPair pair, String name) throws IOException {
    String base64 = Base64.getMimeEncoder().encodeToString(pair.getPublic().getEncoded());
    return Files.writeString(
        temp.resolve(name),
        "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n");
  }

  private static String sign(KeyPair pair, byte[] message) throws GeneralSecurityException {
    Signature signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(pair.getPrivate());
    signer.update(message);
    return Base64.getEncoder().encodeToString(signer.sign());
  }

  private static KeyPair pair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }

  private String signed(KeyPair pair) throws IOException, GeneralSecurityException {
    byte[] payload =
        ("{\"critical\":{\"identity\":{\"docker-reference\":\"registry.test/app\"},\"image\":"
                + "{\"docker-manifest-digest\":\""
                + manifest.digest()
                + "\"},\"type\":\"cosign container image signature\"},\"optional\":null}")
            .getBytes(UTF_8);
    Descriptor signature =
        blob(PAYLOAD, payload)
            .withAnnotation("dev.cosignproject.cosign/signature", sign(pair, payload));
    String name = "registry.test/app:sha256-" + manifest.digest().hex() + ".sig";
    image(name, signature, signature.digest());
    return name + ", " + signature.digest().shortHex();
  }

  @Test
  void saysWhoSignedAnImageUnderWhichName() throws Exception {
    KeyPair pair = pair();
    Path key = key(pair, "cosign.pub");
    assertEquals(1, verify("--key", "cosign.pub", NAME));
    assertEquals("nsbox: " + NAME + " has no signature\n", err.toString());
    String origin = signed(pair);
    String expected =
        "%s: signed with %s as registry.test/app%n  %s%n  %s%n"
            .formatted(NAME, key, manifest.digest(), origin);
    assertEquals(0, verify("--key", "cosign.pub", NAME));
    assertEquals(expected, out.toString());
    key(pair(), "other.pub");
    assertEquals(0, verify("--key", "other.pub", "--key", "cosign.pub", NAME));
    assertEquals(expected, out.toString());
    assertEquals(0, verify(origin.substring(0, origin.indexOf(','))));
  }

  @Test
  void saysWhyEachSignatureDoesNotCount() throws Exception {
    String origin = signed(pair());
    Path other = key(pair(), "other.pub");
    assertEquals(1, verify("--key", "other.pub", NAME));
    assertEquals("", out.toString());
    assertEquals(
        "nsbox: %s has no valid signature%n  %s: %s did not sign this%n"
            .formatted(NAME, origin, other),
        err.toString());
  }

  @Test
  void checksABundleInAFile() throws Exception {
    KeyPair pair = pair();
    Path key = key(pair, "cosign.pub");
    byte[] message = store.blobs().document(manifest);
    Path bundle =
        Files.writeString(
            temp.resolve("bundle.json"),
            "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
                + "\"messageSignature\":{\"signature\":\""
                + sign(pair, message)
                + "\"}}");
    assertEquals(0, verify("--key", "cosign.pub", "--bundle", "bundle.json", NAME));
    assertEquals(
        "%s: signed with %s as no name%n  %s%n  %s%n"
            .formatted(NAME, key, manifest.digest(), bundle),
        out.toString());
    assertEquals(125, verify("--bundle", "bundle.json", NAME));
    assertEquals(
        "nsbox: --bundle needs --key: a signature is checked with a key\n", err.toString());
    assertEquals(125, verify("--key", "gone.pub", NAME));
    assertEquals(
        "nsbox: public key " + temp + "/gone.pub: there is no such file\n", err.toString());
  }

  /// A user of whom only the terminal is there.
  private final class Printed implements Front {
    @Override
    public void out(String text) {
      out.append(text);
    }

    @Override
    public void err(String text) {
      err.append(text);
    }

    @Override
    public void write(boolean error, byte[] bytes, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(byte[] buffer) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Outcome run(byte[] program) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Outcome launch(Program program, Stay stay) {
      throw new UnsupportedOperationException();
    }
  }
}

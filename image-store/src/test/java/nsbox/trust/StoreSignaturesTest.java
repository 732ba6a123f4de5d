package nsbox.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.image.MediaType;
import nsbox.json.Json;
import nsbox.json.JsonObject;
import nsbox.registry.RawManifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreSignaturesTest {
  private static final RawManifest MANIFEST = Signed.manifest("app");
  private static final Digest DIGEST = MANIFEST.descriptor().digest();
  private static final String NAME = "registry.test/team/app";
  private static final String TAG = NAME + ":sha256-" + DIGEST.hex() + ".sig";
  private static final String BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

  @TempDir Path temp;
  private OpenSsl signer;
  private SignedStore layout;

  @BeforeEach
  void makeStore() throws IOException {
    signer = OpenSsl.p256(temp, "signer");
    layout = new SignedStore(temp.resolve("state"));
  }

  private SignatureCheck.Result check() throws IOException {
    return SignatureCheck.check(List.of(signer.trusted()), List.of(MANIFEST), layout.signatures());
  }

  private Descriptor payload() throws IOException {
    return layout.payload(signer, Signed.payload(NAME, DIGEST));
  }

  private void assertVerifiedFrom(String origin) throws IOException {
    SignatureCheck.Result result = check();
    assertEquals(List.of(), result.refused());
    assertEquals(1, result.verified().size());
    assertEquals(origin, result.verified().getFirst().origin());
  }

  @Test
  void findsNothingInAStoreThatIsNotThere() throws IOException {
    SignatureSource none = new SignedStore(temp.resolve("empty")).signatures();
    assertEquals(List.of(), none.signaturesOf(DIGEST));
  }

  @Test
  void findsCosignsTag() throws IOException {
    Descriptor payload = payload();
    layout.entry(TAG, layout.manifest(new JsonObject(), payload));
    assertVerifiedFrom(TAG + ", " + payload.digest().shortHex());
  }

  @Test
  void findsTheTagAsOtherToolsNameIt() throws IOException {
    String tag = "sha256-" + DIGEST.hex() + ".sig";
    Descriptor payload = payload();
    layout.entry(tag, layout.manifest(new JsonObject(), payload));
    assertVerifiedFrom(tag + ", " + payload.digest().shortHex());
  }

  @Test
  void findsWhatRefersToTheImage() throws IOException {
    Descriptor payload = payload();
    Descriptor artifact =
        layout.artifact("application/vnd.dev.cosign.artifact.sig.v1+json", DIGEST, payload);
    layout.entry(null, artifact);
    assertVerifiedFrom(
        "artifact " + artifact.digest().shortHex() + ", " + payload.digest().shortHex());
  }

  @Test
  void findsBundlesThatReferToTheImage() throws IOException {
    String statement = Signed.statement(Signed.IMAGE_SIGNATURE, "", DIGEST);
    Descriptor bundle = layout.blob(BUNDLE, Signed.envelopeBundle(signer, statement));
    Descriptor artifact = layout.artifact(BUNDLE, DIGEST, bundle);
    layout.entry(null, artifact);
    assertVerifiedFrom(
        "artifact " + artifact.digest().shortHex() + ", " + bundle.digest().shortHex());
  }

  @Test
  void findsWhatTheFallbackTagLists() throws IOException {
    Descriptor payload = payload();
    Descriptor artifact =
        layout.artifact("application/vnd.dev.cosign.artifact.sig.v1+json", DIGEST, payload);
    JsonObject listed =
        artifact.toJson().put("artifactType", "application/vnd.dev.cosign.artifact.sig.v1+json");
    JsonObject other = artifact.toJson().put("artifactType", "application/spdx+json");
    byte[] index =
        Json.bytes(
            new JsonObject().put("schemaVersion", 2).put("manifests", List.of(other, listed)));
    String name = NAME + ":sha256-" + DIGEST.hex();
    layout.entry(name, layout.blob(MediaType.OCI_INDEX, index));
    assertVerifiedFrom(name + ", " + payload.digest().shortHex());
  }

  @Test
  void findsOneManifestOnceHoweverItIsNamed() throws IOException {
    Descriptor artifact =
        layout.artifact("application/vnd.dev.cosign.artifact.sig.v1+json", DIGEST, payload());
    layout.entry(TAG, artifact);
    layout.entry(null, artifact);
    layout.entry("registry.test/other:sha256-" + DIGEST.hex() + ".sig", artifact);
    assertEquals(1, check().verified().size());
  }

  @Test
  void leavesOtherImagesSignaturesAlone() throws IOException {
    RawManifest other = Signed.manifest("other");
    Digest digest = other.descriptor().digest();
    Descriptor payload = layout.payload(signer, Signed.payload(NAME, digest));
    layout.entry(
        NAME + ":sha256-" + digest.hex() + ".sig", layout.manifest(new JsonObject(), payload));
    layout.entry(null, layout.artifact("application/spdx+json", digest, payload));
    assertEquals(List.of(), layout.signatures().signaturesOf(DIGEST));
  }

  @Test
  void saysWhichSignatureIsDamagedAndFindsTheOthers() throws IOException {
    Descriptor gone = layout.payload(signer, Signed.payload("gone", DIGEST));
    Descriptor large = layout.payload(signer, new byte[Signature.MAX_BYTES + 1]);
    Descriptor attestation = layout.blob("application/vnd.dsse.envelope.v1+json", new byte[3]);
    layout.entry(TAG, layout.manifest(new JsonObject(), gone, large, attestation, payload()));
    Files.delete(layout.path(gone));
    SignatureCheck.Result result = check();
    assertEquals(1, result.verified().size());
    assertEquals(2, result.refused().size());
    assertTrue(result.refused().getFirst().reason().endsWith("it is missing"));
    assertEquals(
        new RefusedSignature(
            TAG + ", " + large.digest().shortHex(), "1048577 bytes, at most 1048576 are read"),
        result.refused().getLast());
  }

  @Test
  void aManifestThatIsNoneIsASignatureThatCannotBeRead() throws IOException {
    for (String text : List.of("[", "{\"layers\":3}", "{\"layers\":[{}]}")) {
      SignedStore broken = new SignedStore(temp.resolve("broken" + text.length()));
      broken.entry(TAG, broken.blob(MediaType.OCI_MANIFEST, text.getBytes(UTF_8)));
      List<Signature> found = broken.signatures().signaturesOf(DIGEST);
      assertEquals(1, found.size());
      assertEquals(TAG, assertInstanceOf(Signature.Unreadable.class, found.getFirst()).origin());
    }
  }

  @Test
  void readsAHundredOfAManifestsSignatures() throws IOException {
    Descriptor[] many = Collections.nCopies(300, payload()).toArray(new Descriptor[0]);
    layout.entry(TAG, layout.manifest(new JsonObject(), many));
    SignatureCheck.Result result = check();
    assertEquals(100, result.verified().size());
    assertEquals(1, result.refused().size());
  }

  @Test
  void aBundleInAFileIsASourceToo() throws IOException {
    String statement = Signed.statement(Signed.IMAGE_SIGNATURE, "", DIGEST);
    Path file = Files.write(temp.resolve("b.json"), Signed.envelopeBundle(signer, statement));
    List<Signature> found = new BundleFile(file).signaturesOf(DIGEST);
    assertInstanceOf(Signature.Bundle.class, found.getFirst());
    Files.write(file, new byte[Signature.MAX_BYTES + 1]);
    assertEquals(
        List.of(new Signature.Unreadable(file.toString(), "longer than 1048576 bytes")),
        new BundleFile(file).signaturesOf(DIGEST));
  }
}

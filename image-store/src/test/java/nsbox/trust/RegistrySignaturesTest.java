package nsbox.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.image.Descriptor;
import nsbox.image.Digest;
import nsbox.json.Json;
import nsbox.json.JsonException;
import nsbox.json.JsonObject;
import nsbox.registry.RawManifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistrySignaturesTest {
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

  private SignatureCheck.Result check(Digest digest) throws IOException {
    SignatureSource source = new RegistrySignatures(new StoreRepository(NAME, layout.store));
    assertEquals(List.of(), source.signaturesOf(digest));
    return SignatureCheck.check(List.of(signer.trusted()), List.of(MANIFEST), source);
  }

  private static Descriptor typed(Descriptor artifact, String type) throws JsonException {
    byte[] json = Json.bytes(artifact.toJson().put("artifactType", type));
    return Descriptor.read(Json.parse(json, "entry"));
  }

  @Test
  void findsTheTagAndTheReferrers() throws IOException {
    Descriptor payload = layout.payload(signer, Signed.payload(NAME, DIGEST));
    layout.entry(TAG, layout.manifest(new JsonObject(), payload));
    String statement = Signed.statement(Signed.IMAGE_SIGNATURE, "", DIGEST);
    Descriptor bundle = layout.blob(BUNDLE, Signed.envelopeBundle(signer, statement));
    Descriptor artifact = layout.artifact(BUNDLE, DIGEST, bundle);
    layout.entry(null, typed(artifact, BUNDLE));
    layout.entry(null, typed(layout.artifact("application/spdx+json", DIGEST), "x/y"));
    RegistrySignatures source = new RegistrySignatures(new StoreRepository(NAME, layout.store));
    SignatureCheck.Result result =
        SignatureCheck.check(List.of(signer.trusted()), List.of(MANIFEST), source);
    assertEquals(
        List.of(
            TAG + ", " + payload.digest().shortHex(),
            NAME + "@" + artifact.digest() + ", " + bundle.digest().shortHex()),
        result.verified().stream().map(VerifiedSignature::origin).toList());
    assertEquals(List.of(), result.refused());
  }

  @Test
  void findsNothingOfAnImageThatNobodySigned() throws IOException {
    SignatureCheck.Result result = check(new Digest("sha512", "a".repeat(128)));
    assertEquals(new SignatureCheck.Result(List.of(), List.of()), result);
  }

  @Test
  void aBlobThatIsNotWhatWasAnnouncedIsASignatureThatCannotBeRead() throws IOException {
    Descriptor payload = layout.payload(signer, Signed.payload(NAME, DIGEST));
    layout.entry(TAG, layout.manifest(new JsonObject(), payload));
    byte[] changed = Files.readAllBytes(layout.path(payload));
    changed[20] ^= 1;
    Files.write(layout.path(payload), changed);
    SignatureCheck.Result result = check(new Digest("sha256", "a".repeat(64)));
    assertEquals(List.of(), result.verified());
    String reason = result.refused().getFirst().reason();
    assertTrue(reason.startsWith("blob " + payload.digest() + " should be "), reason);
  }
}

package nsbox.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import nsbox.image.BlobMismatchException;
import nsbox.image.Digest;
import nsbox.registry.RawManifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignatureCheckTest {
  private static final RawManifest MANIFEST = Signed.manifest("app");
  private static final Digest DIGEST = MANIFEST.descriptor().digest();
  private static final String NAME = "registry.test/team/app";

  @TempDir Path temp;
  private OpenSsl signer;
  private TrustedKey key;

  @BeforeEach
  void makeKey() throws IOException {
    signer = OpenSsl.p256(temp, "signer");
    key = signer.trusted();
  }

  private SignatureCheck.Result check(Signature... signatures) throws IOException {
    return SignatureCheck.check(List.of(key), List.of(MANIFEST), Signed.source(signatures));
  }

  private void assertRefused(String reason, Signature signature) throws IOException {
    SignatureCheck.Result result = check(signature);
    assertEquals(List.of(), result.verified());
    assertEquals(List.of(new RefusedSignature("here", reason)), result.refused());
  }

  private void assertPayloadRefused(String reason, String payload) throws IOException {
    assertRefused(reason, Signed.simple(signer, payload.getBytes(UTF_8)));
  }

  private String payload() {
    return new String(Signed.payload(NAME, DIGEST), UTF_8);
  }

  @Test
  void saysWhichKeySignedWhatUnderWhichName() throws IOException {
    assertEquals(
        new SignatureCheck.Result(
            List.of(
                new VerifiedSignature(
                    "here", signer.publicFile().toString(), DIGEST, Optional.of(NAME))),
            List.of()),
        check(Signed.simple(signer, NAME, MANIFEST)));
  }

  @Test
  void takesTheTypeOfOtherToolsAndALackOfOptionalClaims() throws IOException {
    String atomic =
        payload()
            .replace("cosign container image signature", "atomic container signature")
            .replace(",\"optional\":null", "");
    assertEquals(1, check(Signed.simple(signer, atomic.getBytes(UTF_8))).verified().size());
  }

  @Test
  void anyOfSeveralKeysWillDo() throws IOException {
    OpenSsl other = OpenSsl.ed25519(temp, "other");
    SignatureCheck.Result result =
        SignatureCheck.check(
            List.of(key, other.trusted()),
            List.of(MANIFEST),
            Signed.source(Signed.simple(other, NAME, MANIFEST)));
    assertEquals(other.publicFile().toString(), result.verified().getFirst().key());
    OpenSsl stranger = OpenSsl.p256(temp, "stranger");
    assertEquals(
        "none of the 2 keys signed this",
        SignatureCheck.check(
                List.of(key, other.trusted()),
                List.of(MANIFEST),
                Signed.source(Signed.simple(stranger, NAME, MANIFEST)))
            .refused()
            .getFirst()
            .reason());
  }

  @Test
  void refusesAnotherKeysSignature() throws IOException {
    OpenSsl stranger = OpenSsl.p256(temp, "stranger");
    assertRefused(key + " did not sign this", Signed.simple(stranger, NAME, MANIFEST));
  }

  @Test
  void refusesAPayloadThatWasChangedAfterwards() throws IOException {
    byte[] payload = Signed.payload(NAME, DIGEST);
    String signature = signer.signBase64(payload);
    byte[] changed = payload().replace("team", "evil").getBytes(UTF_8);
    assertRefused(
        key + " did not sign this", new Signature.SimpleSigning("here", changed, signature));
  }

  @Test
  void refusesASignatureThatWasChanged() throws IOException {
    byte[] payload = Signed.payload(NAME, DIGEST);
    byte[] signature = signer.sign(payload);
    signature[signature.length - 1] ^= 1;
    assertRefused(
        key + " did not sign this",
        new Signature.SimpleSigning("here", payload, Signed.base64(signature)));
    assertRefused(
        "the signature is not Base64", new Signature.SimpleSigning("here", payload, "%%%"));
    assertRefused(key + " did not sign this", new Signature.SimpleSigning("here", payload, ""));
  }

  @Test
  void refusesAnotherImagesSignature() throws IOException {
    RawManifest other = Signed.manifest("other");
    assertRefused(
        "it is for " + other.descriptor().digest() + ", not " + DIGEST,
        Signed.simple(signer, NAME, other));
  }

  @Test
  void refusesPayloadsThatItDoesNotUnderstand() throws IOException {
    assertPayloadRefused(
        "payload: critical.type: not a signature of an image",
        payload().replace("cosign container", "cosign other"));
    assertPayloadRefused(
        "payload: critical.notAfter: not known",
        payload().replace("\"type\"", "\"notAfter\":1,\"type\""));
    assertPayloadRefused("payload: more: not known", payload().replace("optional", "more"));
    assertPayloadRefused(
        "payload: critical.image.docker-manifest-digest: missing, expected a string",
        payload().replace("\"docker-manifest-digest\":\"" + DIGEST + "\"", ""));
    assertPayloadRefused(
        "payload: critical.identity.docker-reference: expected a string, found the number 1",
        payload().replace("\"" + NAME + "\"", "1"));
    assertPayloadRefused("payload: not a JSON object", "");
    String twice = payload().replace("\"type\"", "\"type\":\"x\",\"type\"");
    String reason =
        check(Signed.simple(signer, twice.getBytes(UTF_8))).refused().getFirst().reason();
    assertTrue(reason.contains("Duplicate field 'type'"), reason);
  }

  @Test
  void oneThatIsBrokenDoesNotHideAGoodOne() throws IOException {
    SignatureCheck.Result result =
        check(
            new Signature.Unreadable("there", "gone\u001b[2J"),
            new Signature.Bundle("bundle", new byte[] {'{'}),
            Signed.simple(signer, NAME, MANIFEST));
    assertEquals(1, result.verified().size());
    assertEquals(new RefusedSignature("there", "gone?[2J"), result.refused().getFirst());
    assertEquals(2, result.refused().size());
  }

  @Test
  void looksAtAHundredSignatures() throws IOException {
    List<Signature> many =
        new ArrayList<>(Collections.nCopies(100, new Signature.Unreadable("x", "y")));
    many.add(Signed.simple(signer, NAME, MANIFEST));
    SignatureCheck.Result result = check(many.toArray(new Signature[0]));
    assertEquals(List.of(), result.verified());
    assertEquals(101, result.refused().size());
    assertEquals(
        new RefusedSignature("1 more signatures of " + DIGEST, "at most 100 are looked at"),
        result.refused().getLast());
  }

  @Test
  void aSignatureOfTheIndexOrOfTheManifestChosenFromItIsEnough() throws IOException {
    RawManifest index = Signed.manifest("index");
    for (RawManifest signed : List.of(index, MANIFEST)) {
      Signature signature = Signed.simple(signer, NAME, signed);
      Digest digest = signed.descriptor().digest();
      SignatureSource source = d -> d.equals(digest) ? List.of(signature) : List.of();
      SignatureCheck.Result result =
          SignatureCheck.check(List.of(key), List.of(index, MANIFEST), source);
      assertEquals(digest, result.verified().getFirst().manifest());
    }
  }

  @Test
  void refusesAManifestThatIsNotWhatItsDigestSays() throws IOException {
    RawManifest lie = new RawManifest(MANIFEST.descriptor(), Signed.manifest("oth").bytes());
    assertThrows(
        BlobMismatchException.class,
        () ->
            SignatureCheck.check(
                List.of(key), List.of(lie), Signed.source(Signed.simple(signer, NAME, MANIFEST))));
  }

  private Signature bundle(byte[] json) {
    return new Signature.Bundle("here", json);
  }

  @Test
  void takesABundlesStatementThatTheImageIsSigned() throws IOException {
    for (String name : List.of("", NAME)) {
      String statement = Signed.statement(Signed.IMAGE_SIGNATURE, name, DIGEST);
      SignatureCheck.Result result = check(bundle(Signed.envelopeBundle(signer, statement)));
      Optional<String> identity = name.isEmpty() ? Optional.empty() : Optional.of(name);
      assertEquals(
          List.of(new VerifiedSignature("here", signer.publicFile().toString(), DIGEST, identity)),
          result.verified());
    }
  }

  @Test
  void aStatementAboutAnImageIsNoSignature() throws IOException {
    String provenance = Signed.statement("https://slsa.dev/provenance/v1", "", DIGEST);
    assertRefused(
        "statement: predicateType: a statement about the image, no signature",
        bundle(Signed.envelopeBundle(signer, provenance)));
  }

  @Test
  void refusesBundlesOfOtherImagesAndKeys() throws IOException {
    Digest other = Signed.manifest("other").descriptor().digest();
    String statement = Signed.statement(Signed.IMAGE_SIGNATURE, "", other);
    assertRefused(
        "statement: no subject is " + DIGEST, bundle(Signed.envelopeBundle(signer, statement)));
    OpenSsl stranger = OpenSsl.p256(temp, "stranger");
    String mine = Signed.statement(Signed.IMAGE_SIGNATURE, "", DIGEST);
    assertRefused(key + " did not sign this", bundle(Signed.envelopeBundle(stranger, mine)));
    String sound = new String(Signed.envelopeBundle(signer, statement), UTF_8);
    String changed =
        sound.replace(
            Signed.base64(statement.getBytes(UTF_8)), Signed.base64(mine.getBytes(UTF_8)));
    assertRefused(key + " did not sign this", bundle(changed.getBytes(UTF_8)));
  }

  @Test
  void takesABundlesSignatureOfTheManifestItself() throws IOException {
    SignatureCheck.Result result = check(bundle(Signed.messageBundle(signer, MANIFEST.bytes())));
    assertEquals(Optional.empty(), result.verified().getFirst().identity());
    assertRefused(
        key + " did not sign this",
        bundle(Signed.messageBundle(signer, Signed.manifest("other").bytes())));
  }

  @Test
  void refusesBundlesThatAreNoneOfVersion03() throws IOException {
    String sound = new String(Signed.messageBundle(signer, MANIFEST.bytes()), UTF_8);
    assertRefused(
        "bundle: mediaType: not version 0.3",
        bundle(sound.replace("v0.3", "v0.9").getBytes(UTF_8)));
    assertRefused(
        "bundle: one of dsseEnvelope and messageSignature is needed",
        bundle(Signed.bundle("\"x\":1")));
    assertRefused(
        "bundle: messageSignature.signature: not Base64",
        bundle(Signed.bundle("\"messageSignature\":{\"signature\":\"%\"}")));
    assertRefused(
        "bundle: dsseEnvelope.signatures: 0, expected one",
        bundle(
            Signed.bundle(
                "\"dsseEnvelope\":{\"payload\":\"\",\"payloadType\":\"application/vnd.in-toto+json\"}")));
    assertRefused(
        "bundle: dsseEnvelope.payloadType: not application/vnd.in-toto+json",
        bundle(Signed.bundle("\"dsseEnvelope\":{\"payload\":\"\",\"payloadType\":\"x\"}")));
  }

  @Test
  void hostileBundlesAreRefusedAndNothingElse() throws IOException {
    byte[] sound =
        Signed.envelopeBundle(signer, Signed.statement(Signed.IMAGE_SIGNATURE, NAME, DIGEST));
    Random random = new Random(6);
    for (int i = 0; i < 2000; i++) {
      byte[] changed = sound.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      SignatureCheck.Result result = check(bundle(changed));
      assertEquals(1, result.verified().size() + result.refused().size());
    }
    assertEquals(1, check(bundle("[".repeat(100_000).getBytes(UTF_8))).refused().size());
    byte[] deep = Signed.bundle("\"x\":" + "[".repeat(100_000));
    assertEquals(1, check(bundle(deep)).refused().size());
  }
}

package nsbox.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nsbox.image.Digest;
import nsbox.image.Reference;
import nsbox.registry.RawManifest;
import nsbox.registry.config.Surroundings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyTest {
  private static final RawManifest MANIFEST = Signed.manifest("app");
  private static final Digest DIGEST = MANIFEST.descriptor().digest();
  private static final String ACCEPT = "[{\"type\":\"insecureAcceptAnything\"}]";
  private static final String REJECT = "[{\"type\":\"reject\"}]";

  /* Who is not asked for signatures may not look for any. */
  private static final SignatureSource UNASKED =
      _ -> {
        throw new AssertionError("signatures were looked for");
      };

  @TempDir Path temp;
  private Surroundings surroundings;
  private Path file;

  @BeforeEach
  void makeFolders() throws IOException {
    Path etc = Files.createDirectories(temp.resolve("system/etc/containers"));
    Files.createDirectories(temp.resolve("home/.config/containers"));
    file = etc.resolve("policy.json");
    surroundings =
        new Surroundings(
            Map.of("HOME", temp.resolve("home").toString()), temp, temp.resolve("system"));
  }

  private Policy policy(String json) throws IOException {
    Files.writeString(file, json);
    return Policy.load(surroundings, Optional.empty());
  }

  private Policy requiring(String... requirements) throws IOException {
    return policy(
        "{\"default\":"
            + REJECT
            + ",\"transports\":{\"docker\":{\"registry.test\":["
            + String.join(",", requirements)
            + "]}}}");
  }

  private static String signed(String keys, String identity) {
    return "{\"type\":\"sigstoreSigned\","
        + keys
        + (identity.isEmpty() ? "" : ",\"signedIdentity\":" + identity)
        + "}";
  }

  private static String keyPath(OpenSsl key) {
    return "\"keyPath\":\"" + key.publicFile() + "\"";
  }

  private static void check(Policy policy, String reference, SignatureSource source)
      throws IOException {
    policy.check(Reference.parse(reference), MANIFEST, source);
  }

  private static <T extends TrustException> T refused(
      Class<T> type, Policy policy, String reference, Signature... signatures) {
    return assertThrows(type, () -> check(policy, reference, Signed.source(signatures)), reference);
  }

  private static Signature by(OpenSsl signer, String name) throws IOException {
    return Signed.simple(signer, name, MANIFEST);
  }

  @Test
  void acceptsEverythingWhereThereIsNoFile() throws IOException {
    Policy policy = Policy.load(surroundings, Optional.empty());
    assertEquals("default", policy.file());
    check(policy, "alpine", UNASKED);
  }

  @Test
  void prefersTheNamedFileToTheUsersToTheSystems() throws IOException {
    Path user = temp.resolve("home/.config/containers/policy.json");
    Path named = temp.resolve("named.json");
    policy("{\"default\":" + REJECT + "}");
    assertEquals(file.toString(), Policy.load(surroundings, Optional.empty()).file());
    Files.writeString(user, "{\"default\":" + ACCEPT + "}");
    assertEquals(user.toString(), Policy.load(surroundings, Optional.empty()).file());
    Files.writeString(named, "{\"default\":" + ACCEPT + "}");
    Optional<Path> relative = Optional.of(Path.of("named.json"));
    assertEquals(named.toString(), Policy.load(surroundings, relative).file());
  }

  @Test
  void aNamedFileMustBeThere() {
    TrustException.PolicyFile e =
        assertThrows(
            TrustException.PolicyFile.class,
            () -> Policy.load(surroundings, Optional.of(Path.of("gone.json"))));
    assertEquals("signature policy " + temp + "/gone.json: there is no such file", e.getMessage());
  }

  @Test
  void rejects() throws IOException {
    Policy policy = requiring("{\"type\":\"reject\"}");
    assertEquals(
        "registry.test/app:1 is rejected by " + file + ": transports.docker.registry.test[0]",
        refused(TrustException.Rejected.class, policy, "registry.test/app:1").getMessage());
    assertEquals(
        "docker.io/library/alpine:latest is rejected by " + file + ": default[0]",
        refused(TrustException.Rejected.class, policy, "alpine").getMessage());
  }

  @Test
  void onlyTheMostSpecificScopeCounts() throws IOException {
    Policy policy =
        policy(
            "{\"default\":%1$s,\"transports\":{\"docker\":{\"\":%1$s,\"a.test/x/y:1\":%2$s,\"a.test/x/y\":%1$s,\"a.test/x\":%2$s,\"a.test\":%1$s,\"*.test\":%2$s,\"b.test:5000\":%1$s}}}"
                .formatted(REJECT, ACCEPT));
    for (String accepted :
        List.of("a.test/x/y:1", "a.test/x/z:1", "c.test/x:1", "b.test/x:1", "a.test:80/x/y:2")) {
      check(policy, accepted, UNASKED);
    }
    for (String rejected :
        List.of(
            "a.test/x/y:2", "a.test/xx:1", "b.test:5000/x", "test:1/x", "a.test/x/y@" + DIGEST)) {
      refused(TrustException.Rejected.class, policy, rejected);
    }
  }

  @Test
  void foldersAndArchivesHaveTheirOwnScopes() throws IOException {
    Path layout = Files.createDirectories(temp.toRealPath().resolve("layouts/app"));
    Policy policy =
        policy(
            ("{\"default\":%1$s,\"transports\":{\"oci\":{\"%3$s\":%2$s,\"%3$s/app:bad\":%1$s},"
                    + "\"docker-archive\":{\"\":%2$s}}}")
                .formatted(REJECT, ACCEPT, layout.getParent()));
    List<RawManifest> manifests = List.of(MANIFEST);
    policy.check(ImageLocation.layout(layout, Optional.of("1")), manifests, UNASKED);
    policy.check(ImageLocation.dockerArchive("x.tar"), manifests, UNASKED);
    for (ImageLocation image :
        List.of(
            ImageLocation.layout(layout, Optional.of("bad")),
            ImageLocation.layout(temp, Optional.empty()),
            ImageLocation.layoutArchive(layout, Optional.empty()))) {
      assertThrows(TrustException.Rejected.class, () -> policy.check(image, manifests, UNASKED));
    }
  }

  @Test
  void asksForASignatureByOneOfItsKeys() throws IOException {
    OpenSsl first = OpenSsl.p256(temp, "first");
    OpenSsl second = OpenSsl.rsa(temp, "second", 2048);
    String data = Signed.base64(Files.readAllBytes(second.publicFile()));
    String paths = "\"keyPaths\":[\"" + first.publicFile() + "\",\"" + second.publicFile() + "\"]";
    for (String keys :
        List.of(paths, "\"keyData\":\"" + data + "\"", "\"keyDatas\":[\"" + data + "\"]")) {
      Policy policy = requiring(signed(keys, ""));
      String name = "registry.test/app:1";
      check(policy, name, Signed.source(by(second, name)));
      TrustException.Unsigned none = refused(TrustException.Unsigned.class, policy, name);
      assertEquals(List.of(DIGEST), none.manifests());
      assertEquals(
          name
              + " has no signature, which "
              + file
              + ": transports.docker.registry.test[0] asks for",
          none.getMessage());
      OpenSsl stranger = OpenSsl.p256(temp, "stranger");
      TrustException.BadSignature bad =
          refused(TrustException.BadSignature.class, policy, name, by(stranger, name));
      assertEquals("here", bad.refused().getFirst().origin());
    }
  }

  @Test
  void namesTheSignaturesThatDoNotCount() throws IOException {
    OpenSsl key = OpenSsl.p256(temp, "key");
    Policy policy = requiring(signed(keyPath(key), ""));
    String rule = file + ": transports.docker.registry.test[0]";
    TrustException.BadSignature bad =
        refused(
            TrustException.BadSignature.class,
            policy,
            "registry.test/app:1",
            new Signature.Unreadable("there", "missing"));
    assertEquals(
        "registry.test/app:1 has no valid signature, which " + rule + " asks for: there: missing",
        bad.getMessage());
    TrustException.WrongIdentity wrong =
        refused(
            TrustException.WrongIdentity.class,
            policy,
            "registry.test/app:1",
            by(key, "registry.test/app"));
    assertEquals(
        "registry.test/app:1 is signed under another name than "
            + rule
            + " allows: here: it names registry.test/app",
        wrong.getMessage());
  }

  @Test
  void asksForTheNameThatTheRuleSays() throws IOException {
    OpenSsl key = OpenSsl.ed25519(temp, "key");
    String[][] rules = {
      {"{\"type\":\"matchExact\"}", "registry.test/app:1", "registry.test/app:2"},
      {"{\"type\":\"matchRepoDigestOrExact\"}", "registry.test/app:1", "registry.test/app:2"},
      {"{\"type\":\"matchRepository\"}", "registry.test/app", "registry.test/other"},
      {
        "{\"type\":\"exactReference\",\"dockerReference\":\"up.test/app:3\"}",
        "up.test/app:3",
        "registry.test/app:1"
      },
      {
        "{\"type\":\"exactRepository\",\"dockerRepository\":\"up.test/app\"}",
        "up.test/app",
        "registry.test/app"
      },
      {
        "{\"type\":\"remapIdentity\",\"prefix\":\"registry.test\",\"signedPrefix\":\"up.test\"}",
        "up.test/app:1",
        "registry.test/app:1"
      }
    };
    for (String[] rule : rules) {
      Policy policy = requiring(signed(keyPath(key), rule[0]));
      check(policy, "registry.test/app:1", Signed.source(by(key, rule[2]), by(key, rule[1])));
      refused(TrustException.WrongIdentity.class, policy, "registry.test/app:1", by(key, rule[2]));
      refused(
          TrustException.WrongIdentity.class, policy, "registry.test/app:1", by(key, "not A name"));
    }
  }

  @Test
  void aSignatureThatNamesNoImageMeetsNoRule() throws IOException {
    OpenSsl key = OpenSsl.p256(temp, "key");
    Policy policy = requiring(signed(keyPath(key), "{\"type\":\"matchRepository\"}"));
    String nameless = Signed.statement(Signed.IMAGE_SIGNATURE, "", DIGEST);
    String named = Signed.statement(Signed.IMAGE_SIGNATURE, "registry.test/app", DIGEST);
    Signature bad = new Signature.Bundle("bundle", Signed.envelopeBundle(key, nameless));
    Signature good = new Signature.Bundle("bundle", Signed.envelopeBundle(key, named));
    check(policy, "registry.test/app:1", Signed.source(bad, good));
    assertEquals(
        List.of(new RefusedSignature("bundle", "it names no image")),
        refused(TrustException.WrongIdentity.class, policy, "registry.test/app:1", bad).refused());
  }

  @Test
  void allRequirementsMustHold() throws IOException {
    OpenSsl vendor = OpenSsl.p256(temp, "vendor");
    OpenSsl reviewer = OpenSsl.p256(temp, "reviewer");
    String name = "registry.test/app:1";
    Policy policy = requiring(signed(keyPath(vendor), ""), signed(keyPath(reviewer), ""));
    check(policy, name, Signed.source(by(vendor, name), by(reviewer, name)));
    TrustException.BadSignature e =
        refused(TrustException.BadSignature.class, policy, name, by(vendor, name));
    assertEquals(reviewer.publicFile() + " did not sign this", e.refused().getFirst().reason());
    Policy rejecting = requiring("{\"type\":\"insecureAcceptAnything\"}", "{\"type\":\"reject\"}");
    refused(TrustException.Rejected.class, rejecting, name);
  }

  @Test
  void refusesWhatItCannotCheck() throws IOException {
    OpenSsl key = OpenSsl.p256(temp, "key");
    String name = "registry.test/app:1";
    String rule = file + ": transports.docker.registry.test[0]";
    String[][] unknown = {
      {
        "{\"type\":\"signedBy\",\"keyType\":\"GPGKeys\",\"keyPath\":\"/k.gpg\"}",
        "a GPG signature (signedBy)"
      },
      {signed("\"fulcio\":{\"caPath\":\"/ca\"}", ""), "a certificate's signature (fulcio)"},
      {
        signed(keyPath(key) + ",\"rekorPublicKeyPath\":\"/r.pub\"", ""),
        "an entry of a transparency log (rekorPublicKeyPath)"
      }
    };
    for (String[] requirement : unknown) {
      Policy policy = requiring(requirement[0]);
      TrustException.Unsupported e =
          refused(TrustException.Unsupported.class, policy, name, by(key, name));
      assertEquals(rule, e.rule());
      assertEquals(
          name
              + " cannot be trusted: "
              + rule
              + " asks for "
              + requirement[1]
              + ", which nsbox cannot check",
          e.getMessage());
    }
  }

  @Test
  void anImageWithoutANameNeedsAFixedOne() throws IOException {
    OpenSsl key = OpenSsl.p256(temp, "key");
    ImageLocation layout = ImageLocation.layout(temp, Optional.empty());
    List<RawManifest> manifests = List.of(MANIFEST);
    SignatureSource source = Signed.source(by(key, "up.test/app:1"));
    String fixed = "{\"type\":\"exactRepository\",\"dockerRepository\":\"up.test/app\"}";
    Policy exact = policy("{\"default\":[" + signed(keyPath(key), fixed) + "]}");
    assertDoesNotThrow(() -> exact.check(layout, manifests, source));
    String wanted = "{\"type\":\"matchRepository\"}";
    Policy matching = policy("{\"default\":[" + signed(keyPath(key), wanted) + "]}");
    TrustException.Unsupported e =
        assertThrows(
            TrustException.Unsupported.class, () -> matching.check(layout, manifests, source));
    assertEquals("the name of an image that has none", e.feature());
  }

  @Test
  void aKeyThatIsGoneHarmsOnlyItsOwnImages() throws IOException {
    Policy policy =
        policy(
            "{\"default\":"
                + ACCEPT
                + ",\"transports\":{\"docker\":{\"registry.test\":["
                + signed("\"keyPath\":\"gone.pub\"", "")
                + "]}}}");
    check(policy, "alpine", UNASKED);
    TrustException.UnusableKey e =
        refused(TrustException.UnusableKey.class, policy, "registry.test/app:1");
    assertEquals(temp.resolve("gone.pub").toString(), e.key());
    Policy broken =
        requiring(signed("\"keyData\":\"" + Signed.base64("x".getBytes(UTF_8)) + "\"", ""));
    assertEquals(
        "public key of "
            + file
            + ": transports.docker.registry.test[0]: no PEM, which begins with -----BEGIN PUBLIC"
            + " KEY-----",
        refused(TrustException.UnusableKey.class, broken, "registry.test/app:1").getMessage());
  }

  @Test
  void aSignatureOfTheIndexIsEnough() throws IOException {
    OpenSsl key = OpenSsl.p256(temp, "key");
    RawManifest index = Signed.manifest("index");
    Policy policy = requiring(signed(keyPath(key), ""));
    Reference name = Reference.parse("registry.test/app:1");
    Digest signedDigest = index.descriptor().digest();
    Signature signature = Signed.simple(key, name.toString(), index);
    SignatureSource source = d -> d.equals(signedDigest) ? List.of(signature) : List.of();
    policy.check(ImageLocation.registry(name), List.of(index, MANIFEST), source);
    assertThrows(TrustException.Unsigned.class, () -> policy.check(name, MANIFEST, source));
  }
}

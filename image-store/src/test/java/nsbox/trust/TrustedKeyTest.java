package nsbox.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustedKeyTest {
  private static final byte[] MESSAGE = "a message".getBytes(UTF_8);

  @TempDir Path temp;

  private List<OpenSsl> keys() throws IOException {
    return List.of(
        OpenSsl.p256(temp, "p256"),
        OpenSsl.ec(temp, "p384", "P-384"),
        OpenSsl.ec(temp, "p521", "P-521"),
        OpenSsl.rsa(temp, "rsa", 2048),
        OpenSsl.ed25519(temp, "ed25519"));
  }

  @Test
  void verifiesWhatOpensslSigned() throws IOException {
    for (OpenSsl key : keys()) {
      byte[] signature = key.sign(MESSAGE);
      TrustedKey trusted = key.trusted();
      assertTrue(trusted.verifies(MESSAGE, signature), trusted.toString());
      assertFalse(trusted.verifies("b message".getBytes(UTF_8), signature), trusted.toString());
    }
  }

  @Test
  void takesTheHashOfTheCurvesSizeToo() throws IOException {
    OpenSsl p384 = OpenSsl.ec(temp, "p384", "P-384");
    OpenSsl p521 = OpenSsl.ec(temp, "p521", "P-521");
    assertTrue(p384.trusted().verifies(MESSAGE, p384.sign(MESSAGE, "sha384")));
    assertTrue(p521.trusted().verifies(MESSAGE, p521.sign(MESSAGE, "sha512")));
    assertFalse(p384.trusted().verifies(MESSAGE, p384.sign(MESSAGE, "sha1")));
  }

  @Test
  void takesSignaturesThatAreNoneForWrongOnes() throws IOException {
    Random random = new Random(4);
    for (OpenSsl key : keys()) {
      byte[] sound = key.sign(MESSAGE);
      TrustedKey trusted = key.trusted();
      assertFalse(trusted.verifies(MESSAGE, new byte[0]));
      assertFalse(trusted.verifies(MESSAGE, new byte[1 << 16]));
      for (int i = 0; i < 300; i++) {
        byte[] changed = java.util.Arrays.copyOf(sound, sound.length + random.nextInt(3) - 1);
        changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
        assertFalse(trusted.verifies(MESSAGE, changed), trusted + " " + i);
      }
    }
  }

  @Test
  void refusesKeysThatAreTooWeakOrOfAnotherKind() throws IOException {
    assertUnusable(
        "RSA of 1024 bits; 2048 to 16384 are taken", OpenSsl.rsa(temp, "weak", 1024).publicFile());
    assertUnusable(
        "on another curve than P-256, P-384, P-521",
        OpenSsl.ec(temp, "p192", "prime192v1").publicFile(),
        "neither ECDSA nor RSA nor Ed25519");
    Path sound = OpenSsl.p256(temp, "sound").publicFile();
    String pem = Files.readString(sound);
    assertUnusable("a PEM block PRIVATE KEY, not PUBLIC KEY", temp.resolve("sound.key"));
    assertUnusable("more than one key", write(pem + pem));
    assertUnusable("no PEM, which begins with -----BEGIN PUBLIC KEY-----", write("garbage"));
    assertUnusable("the PEM block has no end", write(pem.substring(0, 60)));
    assertUnusable(
        "the PEM block is not Base64",
        write("-----BEGIN PUBLIC KEY-----\n%%%\n-----END PUBLIC KEY-----\n"));
    assertUnusable(
        "neither ECDSA nor RSA nor Ed25519",
        write("-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n"));
    assertUnusable(
        "a PEM block of another kind, not PUBLIC KEY", write("-----BEGIN \u001b[1m-----"));
    assertUnusable("longer than 65536 bytes", write(" ".repeat(65537) + pem));
    assertUnusable("there is no such file", temp.resolve("missing.pub"));
  }

  @Test
  void takesHostileEncodingsForNoKey() throws IOException {
    String pem = Files.readString(OpenSsl.p256(temp, "sound").publicFile());
    String body = pem.replaceAll("-----.*-----|\n", "");
    byte[] der = java.util.Base64.getDecoder().decode(body);
    Random random = new Random(5);
    for (int i = 0; i < 2000; i++) {
      byte[] changed = der.clone();
      changed[random.nextInt(26)] ^= (byte) (1 + random.nextInt(255));
      String text =
          "-----BEGIN PUBLIC KEY-----\n" + Signed.base64(changed) + "\n-----END PUBLIC KEY-----\n";
      try {
        TrustedKey.parse(text.getBytes(UTF_8), "fuzz");
      } catch (TrustException.UnusableKey e) {
        assertEquals("fuzz", e.key());
      }
    }
  }

  private Path write(String pem) throws IOException {
    return Files.writeString(temp.resolve("written.pub"), pem);
  }

  private static void assertUnusable(String reason, Path file, String... others) {
    TrustException.UnusableKey e =
        assertThrows(TrustException.UnusableKey.class, () -> TrustedKey.read(file));
    if (!List.of(others).contains(e.reason())) {
      assertEquals(reason, e.reason());
    }
    assertEquals("public key " + file + ": " + e.reason(), e.getMessage());
  }
}

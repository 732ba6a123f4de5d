package nsbox.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.Security;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Sha256Test {
  @BeforeEach
  void needsLibcrypto() {
    if (!Sha256.isNative()) {
      Assumptions.abort("libssl3 is not installed");
    }
  }

  @Test
  void isLibcryptosWhereItIs() {
    assertEquals(Sha256.class, Sha256.create().getClass());
    assertEquals(32, Sha256.create().getDigestLength());
  }

  @Test
  void saysWhatTheJdkSaysOfBytesInWhateverForm() {
    byte[] bytes = new byte[100_000];
    new Random(3).nextBytes(bytes);
    MessageDigest digest = Sha256.create();
    for (int length : new int[] {0, 1, 55, 56, 63, 64, 65, 32_768, 32_769, 100_000}) {
      byte[] part = Arrays.copyOf(bytes, length);
      byte[] expected = Sha256.jdk().digest(part);
      assertArrayEquals(expected, digest.digest(part));
      digest.update(ByteBuffer.wrap(part));
      assertArrayEquals(expected, digest.digest());
      ByteBuffer direct = ByteBuffer.allocateDirect(length + 9).position(5).put(part);
      direct.flip().position(5);
      digest.update(direct);
      assertEquals(0, direct.remaining());
      assertArrayEquals(expected, digest.digest());
    }
  }

  @Test
  void goesOnWhereItStoppedAndForgetsAtReset() {
    MessageDigest digest = Sha256.create();
    digest.update((byte) 'x');
    digest.reset();
    digest.update((byte) 'a');
    digest.update(new byte[] {'0', 'b', 'c', '0'}, 1, 2);
    assertArrayEquals(Sha256.jdk().digest(new byte[] {'a', 'b', 'c'}), digest.digest());
    assertArrayEquals(Sha256.jdk().digest(), digest.digest());
  }

  @Test
  void canBeCopiedInTheMiddle() throws Exception {
    Sha256 digest = (Sha256) Sha256.create();
    digest.update(new byte[] {'a', 'b'});
    MessageDigest copy = (MessageDigest) digest.clone();
    digest.update((byte) 'x');
    copy.update((byte) 'c');
    assertArrayEquals(Sha256.jdk().digest(new byte[] {'a', 'b', 'x'}), digest.digest());
    assertArrayEquals(Sha256.jdk().digest(new byte[] {'a', 'b', 'c'}), copy.digest());
  }

  @Test
  void servesAllOfTheProcessWhereAsked() throws Exception {
    Sha256.serveAll();
    Sha256.serveAll();
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      assertEquals(Sha256.class, digest.getClass());
      assertArrayEquals(Sha256.jdk().digest(new byte[] {1}), digest.digest(new byte[] {1}));
      assertEquals(64, MessageDigest.getInstance("SHA-512").getDigestLength());
    } finally {
      Security.removeProvider("nsbox-libcrypto");
    }
  }
}

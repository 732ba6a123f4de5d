package nsbox.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SmallSha256Test {
  @Test
  void agreesWithTheJdkAtEveryLengthOfPadding() throws NoSuchAlgorithmException {
    Random random = new Random(1);
    MessageDigest jdk = MessageDigest.getInstance("SHA-256");
    for (int length = 0; length < 700; length++) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      assertArrayEquals(jdk.digest(bytes), SmallSha256.hash(bytes), length + " bytes");
    }
    byte[] longest = new byte[SmallSha256.MAX_BYTES];
    random.nextBytes(longest);
    assertArrayEquals(jdk.digest(longest), SmallSha256.hash(longest));
  }
}

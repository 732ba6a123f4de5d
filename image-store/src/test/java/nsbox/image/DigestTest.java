package nsbox.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class DigestTest {
  private static final String HEX = "0123456789abcdef".repeat(4);

  @Test
  void readsWhatItWrites() throws InvalidDigestException {
    for (String text : List.of("sha256:" + HEX, "sha512:" + HEX + HEX, "blake3:" + HEX)) {
      assertEquals(text, Digest.parse(text).toString());
      assertEquals("0123456789ab", Digest.parse(text).shortHex());
    }
  }

  @Test
  void refusesWhatCouldBeAPathOrAnotherSpelling() {
    for (String text :
        List.of(
            "",
            ":",
            HEX,
            "sha256:",
            "sha256:" + HEX.substring(1),
            "sha256:" + HEX + "0",
            "sha256:" + HEX.toUpperCase(),
            "SHA256:" + HEX,
            "sha512:" + HEX,
            "blake3:" + HEX + HEX,
            "blake3-256:" + HEX,
            "blake3:" + HEX.toUpperCase(),
            "md5:" + HEX.substring(32),
            "sha256:../" + HEX.substring(3),
            "../sha256:" + HEX,
            "sha256:" + HEX + "\n",
            "sha256:\uFF10" + HEX.substring(1))) {
      InvalidDigestException e =
          assertThrows(InvalidDigestException.class, () -> Digest.parse(text), text);
      assertEquals(text, e.input());
    }
    assertThrows(IllegalArgumentException.class, () -> new Digest("sha256", "../x"));
  }

  @Test
  void hashesAsOthersDo() {
    assertEquals(
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        Digest.sha256(new byte[0]).toString());
  }
}

package nsbox.image;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Blake3Test {
  private static final Digest ABC =
      new Digest("blake3", "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85");

  @TempDir Path temp;

  /* The specification's test vectors: input bytes count up to 250 and begin anew. */
  @ParameterizedTest(name = "{0} bytes")
  @CsvSource({
    "0, af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
    "1, 2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
    "1023, 10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11",
    "1024, 42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
    "1025, d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
    "7169, a003fc7a51754a9b3c7fae0367ab3d782dccf28855a03d435f8cfe74605e7817",
    "102400, bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"
  })
  void hashesAsItsSpecificationDoes(int length, String hex) {
    byte[] input = new byte[length];
    for (int i = 0; i < length; i++) {
      input[i] = (byte) (i % 251);
    }
    Digest expected = new Digest("blake3", hex);
    assertEquals(expected, expected.ofSameAlgorithm(input));
    MessageDigest hasher = expected.hasher();
    for (int i = 0; i < length; i += 333) {
      hasher.update(input, i, Math.min(333, length - i));
    }
    assertEquals(expected, expected.finished(hasher));
  }

  @Test
  void beginsAnewAfterAResultAndAfterAReset() {
    MessageDigest hasher = ABC.hasher();
    hasher.update((byte) 'a');
    hasher.update("bc".getBytes(US_ASCII));
    assertArrayEquals(HexFormat.of().parseHex(ABC.hex()), hasher.digest());
    assertEquals(ABC, ABC.finished(withAbc(hasher)));
    hasher.update((byte) 9);
    hasher.reset();
    assertEquals(ABC, ABC.finished(withAbc(hasher)));
    assertEquals(32, hasher.getDigestLength());
  }

  private static MessageDigest withAbc(MessageDigest hasher) {
    hasher.update("abc".getBytes(US_ASCII));
    return hasher;
  }

  @Test
  void namesABlobOfTheStore() throws IOException {
    BlobStore blobs = new ImageStore(temp).blobs();
    Descriptor blob = new Descriptor("text/plain", ABC, 3);
    assertFalse(blobs.contains(blob));
    blobs.put(blob, new ByteArrayInputStream("abc".getBytes(US_ASCII)));
    assertTrue(blobs.contains(blob));
    assertEquals("abc", Files.readString(temp.resolve("images/blobs/blake3/" + ABC.hex())));
    try (InputStream bytes = blobs.open(blob)) {
      assertEquals("abc", new String(bytes.readAllBytes(), US_ASCII));
    }
    assertEquals("abc", new String(blobs.document(blob), US_ASCII));
  }

  @Test
  void keepsNoBlobOfAnotherDigest() {
    BlobStore blobs = new ImageStore(temp).blobs();
    Descriptor blob = new Descriptor("text/plain", ABC, 3);
    BlobMismatchException e =
        assertThrows(
            BlobMismatchException.class,
            () -> blobs.put(blob, new ByteArrayInputStream("abd".getBytes(US_ASCII))));
    assertEquals("blake3", e.actualDigest().orElseThrow().algorithm());
    assertFalse(Files.exists(temp.resolve("images/blobs/blake3")));
  }

  @Test
  void namesUncompressedLayersToo() throws IOException {
    LayoutFixture layout = new LayoutFixture(temp.resolve("layout"));
    Descriptor descriptor = layout.image(LayoutFixture.AMD64, "layer");
    ImageManifest manifest =
        ImageManifest.parse(descriptor, Files.readAllBytes(layout.path(descriptor)));
    String config = Files.readString(layout.path(manifest.config()));
    String diffId = manifest.layers().getFirst().digest().toString();
    byte[] changed = config.replace(diffId, ABC.toString()).getBytes(US_ASCII);
    assertEquals(List.of(ABC), ImageConfig.parse(manifest, changed).diffIds());
  }
}

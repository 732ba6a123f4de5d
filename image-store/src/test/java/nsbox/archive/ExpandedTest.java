package nsbox.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import nsbox.image.LayoutFixture;
import nsbox.image.LimitExceededException;
import org.junit.jupiter.api.Test;

class ExpandedTest {
  /// Gives one byte at a time and never says that more is there, as a pipe does.
  private static InputStream dripping(byte[] bytes) {
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        return super.read(into, offset, Math.min(length, 1));
      }

      @Override
      public int available() {
        return 0;
      }
    };
  }

  @Test
  void readsSeveralGzipStreamsInARowFromAPipe() throws IOException {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.write(LayoutFixture.gzip("one ".getBytes()));
    both.write(LayoutFixture.gzip("two".getBytes()));
    Expanded expanded = Expanded.of(dripping(both.toByteArray()), "test");
    assertEquals(Compression.GZIP, expanded.compression());
    assertEquals("one two", new String(expanded.readAllBytes()));
  }

  @Test
  void readsZerosAfterGzip() throws IOException {
    byte[] gzip = LayoutFixture.gzip("text".getBytes());
    byte[] padded = java.util.Arrays.copyOf(gzip, gzip.length + 512);
    assertEquals(
        "text", new String(Expanded.of(new ByteArrayInputStream(padded), "x").readAllBytes()));
  }

  @Test
  void leavesShortAndPlainBytesAsTheyAre() throws IOException {
    for (byte[] bytes : new byte[][] {{}, {0x1f}, {1, 2, 3, 4, 5, 6, 7}}) {
      Expanded expanded = Expanded.of(dripping(bytes), "test");
      assertEquals(Compression.NONE, expanded.compression());
      assertArrayEquals(bytes, expanded.readAllBytes());
    }
  }

  @Test
  void stopsABombAtOneGigabyte() throws IOException {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (OutputStream out = new ZstdOutputStream(bomb)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 1100; i++) {
        out.write(zeros);
      }
    }
    assertTrue(bomb.size() < 1 << 20, "a bomb is small");
    byte[] buffer = new byte[1 << 20];
    try (Expanded expanded = Expanded.of(new ByteArrayInputStream(bomb.toByteArray()), "a bomb")) {
      LimitExceededException e =
          assertThrows(
              LimitExceededException.class,
              () -> {
                while (expanded.read(buffer) >= 0) {
                  // Until it is too much.
                }
              });
      assertEquals("expanded bytes of a bomb", e.what());
      assertEquals(1L << 30, e.limit());
      assertTrue(e.actual() <= (1L << 30) + buffer.length, e.getMessage());
    }
  }

  @Test
  void refusesXzThatAsksForTooMuchMemory() throws IOException {
    ByteArrayOutputStream xz = new ByteArrayOutputStream();
    org.tukaani.xz.LZMA2Options options = new org.tukaani.xz.LZMA2Options(0);
    /* An encoder for 1.5 GiB would itself need that memory: so the header is changed after. */
    options.setDictSize(1 << 20);
    try (OutputStream out = new org.tukaani.xz.XZOutputStream(xz, options)) {
      out.write(new byte[1000]);
    }
    byte[] bytes = xz.toByteArray();
    assertEquals(0x21, bytes[14], "the filter is LZMA2");
    bytes[16] = 37;
    java.util.zip.CRC32 crc = new java.util.zip.CRC32();
    crc.update(bytes, 12, 8);
    for (int i = 0; i < 4; i++) {
      bytes[20 + i] = (byte) (crc.getValue() >> 8 * i);
    }
    Expanded expanded = Expanded.of(new ByteArrayInputStream(bytes), "x");
    IOException e = assertThrows(IOException.class, expanded::readAllBytes);
    assertTrue(e instanceof org.tukaani.xz.MemoryLimitException, e.toString());
  }
}

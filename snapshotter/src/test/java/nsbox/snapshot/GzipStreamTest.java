package nsbox.snapshot;

import static nsbox.snapshot.TarFixture.bytes;
import static nsbox.snapshot.TarFixture.concat;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import nsbox.linux.Inflate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// One contract for gzip, whatever inflates.
class GzipStreamTest {
  private static final byte[] CONTENT = content();

  static Stream<Supplier<Inflate>> ways() {
    return Stream.of(Inflate::create, Inflate::jdk);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void readsMembersAndPassesOverZerosInWhateverPartsTheyCome(Supplier<Inflate> way)
      throws IOException {
    byte[] one = Stack.gzip(Arrays.copyOf(CONTENT, 7000));
    byte[] two = Stack.gzip(Arrays.copyOfRange(CONTENT, 7000, CONTENT.length));
    byte[] empty = Stack.gzip(new byte[0]);
    for (byte[] blob :
        new byte[][] {
          Stack.gzip(CONTENT),
          concat(one, two),
          concat(empty, one, empty, two),
          concat(one, two, new byte[1]),
          concat(one, two, new byte[5000])
        }) {
      for (int part : new int[] {1, 3, 8, 100, 1 << 20}) {
        assertArrayEquals(CONTENT, read(way, blob, part));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void readsHeadersWithEverythingInThem(Supplier<Inflate> way) throws IOException {
    byte[] plain = Stack.gzip(CONTENT);
    byte[] header = {
      0x1f, (byte) 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 0, 2, 0, 'x', 'y', 'n', 0, 'c', 'c', 0, 1, 2
    };
    byte[] blob = concat(header, Arrays.copyOfRange(plain, 10, plain.length));
    assertArrayEquals(CONTENT, read(way, blob, 5));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void refusesWhatIsCutOffAnywhere(Supplier<Inflate> way) throws IOException {
    byte[] blob = Stack.gzip(Arrays.copyOf(CONTENT, 2000));
    for (int length = 2; length < blob.length; length++) {
      byte[] cut = Arrays.copyOf(blob, length);
      assertThrows(
          LayerException.Damaged.class, () -> read(way, cut, 1 << 20), "cut at " + cut.length);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void refusesWrongChecksumsAndLengths(Supplier<Inflate> way) throws IOException {
    byte[] blob = Stack.gzip(CONTENT);
    for (int behind = 1; behind <= 8; behind++) {
      byte[] wrong = blob.clone();
      wrong[blob.length - behind]++;
      LayerException.Damaged failure =
          assertThrows(LayerException.Damaged.class, () -> read(way, wrong, 1 << 20));
      String part = behind <= 4 ? "length" : "checksum";
      assertEquals("layer sha256:test: gzip has a wrong " + part, failure.getMessage());
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void refusesWhateverElseFollows(Supplier<Inflate> way) throws IOException {
    byte[] blob = Stack.gzip(CONTENT);
    for (byte[] garbage :
        new byte[][] {bytes("x"), bytes("garbage, longer than 8"), {0, 0, 1}, {0x1f, 0}}) {
      for (int part : new int[] {1, 1 << 20}) {
        assertThrows(LayerException.Damaged.class, () -> read(way, concat(blob, garbage), part));
      }
    }
  }

  private static byte[] read(Supplier<Inflate> way, byte[] blob, int part) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer into = ByteBuffer.allocateDirect(1000);
    Layer layer = new Layer(Stack.TAR, "sha256:test", "", 0, () -> new InParts(blob, part));
    try (BlobStream in = new BlobStream(layer);
        GzipStream gzip = new GzipStream(in, way.get(), layer.digest())) {
      gzip.readHeader();
      while (gzip.read(into) >= 0) {
        byte[] bytes = new byte[into.flip().remaining()];
        into.get(bytes);
        all.writeBytes(bytes);
        into.clear();
      }
    }
    return all.toByteArray();
  }

  private static byte[] content() {
    byte[] content = new byte[50_000];
    Random random = new Random(4);
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (random.nextInt(4) == 0 ? random.nextInt() : i / 100);
    }
    return content;
  }

  /// As a slow network gives them.
  private static final class InParts extends FilterInputStream {
    private final int part;

    private InParts(byte[] bytes, int part) {
      super(new ByteArrayInputStream(bytes));
      this.part = part;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      return super.read(into, offset, Math.min(part, length));
    }
  }
}

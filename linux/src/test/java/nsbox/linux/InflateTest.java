package nsbox.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every way to inflate must do alike.
class InflateTest {
  private static final int[] PARTS = {1, 2, 3, 7, 8, 9, 64, 1000, 65536};

  static Stream<Supplier<Inflate>> ways() {
    return Stream.of(JdkInflate::new, InflateTest::isal);
  }

  private static Inflate isal() {
    if (!IsalInflate.isThere()) {
      Assumptions.abort("libisal2 is not installed");
    }
    return new IsalInflate();
  }

  @Test
  void takesIsalWhereItIs() {
    try (Inflate inflate = isal();
        Inflate fastest = Inflate.create()) {
      assertEquals(inflate.getClass(), fastest.getClass());
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void givesBackWhatWasDeflatedInWhateverPartsItComes(Supplier<Inflate> way) throws Exception {
    for (byte[] content : contents()) {
      for (int level : new int[] {0, 1, 6, 9}) {
        byte[] deflated = deflate(content, level);
        for (int in : PARTS) {
          int out = PARTS[(in + level) % PARTS.length];
          if (in > 8 || content.length < 5000) {
            assertArrayEquals(content, inflate(way, deflated, in, Math.max(out, in / 50)));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void stopsJustBehindTheEndAndBeginsAgain(Supplier<Inflate> way) throws Exception {
    byte[] content = text(3000);
    byte[] deflated = deflate(content, 6);
    try (Inflate inflate = way.get()) {
      for (int follow : new int[] {0, 1, 7, 8, 9, 100}) {
        ByteBuffer in = direct(Arrays.copyOf(deflated, deflated.length + follow));
        ByteBuffer out = ByteBuffer.allocateDirect(4000);
        while (!inflate.finished()) {
          inflate.inflate(in, out);
        }
        assertEquals(deflated.length, in.position(), "followed by " + follow);
        assertEquals(content.length, out.position());
        inflate.reset();
        assertFalse(inflate.finished());
      }
    }
  }

  /// The end's own byte may come in another part than those before it, and garbage after it.
  @ParameterizedTest
  @MethodSource("ways")
  void stopsJustBehindTheEndWhereverTheInputIsCut(Supplier<Inflate> way) throws Exception {
    byte[] content = text(300);
    byte[] deflated = deflate(content, 6);
    byte[] followed = Arrays.copyOf(deflated, deflated.length + 20);
    for (int cut = 1; cut < followed.length; cut++) {
      try (Inflate inflate = way.get()) {
        ByteBuffer out = ByteBuffer.allocateDirect(4000);
        ByteBuffer in = direct(Arrays.copyOf(followed, cut));
        drive(inflate, in, out);
        int used = in.position();
        if (!inflate.finished()) {
          assertEquals(cut, used, "all of the input is used up");
          in = direct(followed).position(cut);
          drive(inflate, in, out);
          used = in.position();
        }
        assertTrue(inflate.finished());
        assertEquals(deflated.length, used, "cut at " + cut);
        assertEquals(content.length, out.position());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void neverEndsWhereTheDataIsCutOff(Supplier<Inflate> way) throws Exception {
    byte[] deflated = deflate(text(2000), 6);
    for (int length = 0; length < deflated.length; length += 3) {
      try (Inflate inflate = way.get()) {
        ByteBuffer in = direct(Arrays.copyOf(deflated, length));
        drive(inflate, in, ByteBuffer.allocateDirect(4000));
        assertFalse(inflate.finished(), "cut at " + length);
        assertFalse(in.hasRemaining());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void refusesWhatIsNoDeflate(Supplier<Inflate> way) {
    try (Inflate inflate = way.get()) {
      ByteBuffer in = direct(new byte[] {7, 7, 7, 7, 7, 7, 7, 7});
      assertThrows(
          DataFormatException.class, () -> drive(inflate, in, ByteBuffer.allocateDirect(100)));
    }
  }

  private static byte[] inflate(Supplier<Inflate> way, byte[] deflated, int inPart, int outPart)
      throws DataFormatException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer in = direct(deflated);
    ByteBuffer out = ByteBuffer.allocateDirect(outPart);
    try (Inflate inflate = way.get()) {
      for (int at = 0; !inflate.finished(); at += inPart) {
        int end = Math.min(deflated.length, at + inPart);
        in.limit(end).position(at);
        do {
          out.clear();
          inflate.inflate(in, out);
          byte[] part = new byte[out.position()];
          out.flip().get(part);
          all.writeBytes(part);
        } while (!inflate.finished() && (in.hasRemaining() || out.position() > 0));
      }
    }
    return all.toByteArray();
  }

  private static void drive(Inflate inflate, ByteBuffer in, ByteBuffer out)
      throws DataFormatException {
    int before;
    do {
      before = in.position() + out.position();
      inflate.inflate(in, out);
    } while (!inflate.finished() && in.position() + out.position() > before);
  }

  private static byte[][] contents() {
    byte[] noise = new byte[200_000];
    new Random(1).nextBytes(noise);
    return new byte[][] {{}, {1}, text(4000), text(300_000), new byte[500_000], noise};
  }

  private static byte[] text(int length) {
    Random random = new Random(2);
    byte[] text = new byte[length];
    for (int i = 0; i < length; i++) {
      int back = 1 + random.nextInt(40);
      text[i] = i > 50 && random.nextInt(5) > 0 ? text[i - back] : (byte) random.nextInt(64);
    }
    return text;
  }

  private static byte[] deflate(byte[] content, int level) {
    Deflater deflater = new Deflater(level, true);
    deflater.setInput(content);
    deflater.finish();
    byte[] out = new byte[content.length + content.length / 100 + 1000];
    int length = deflater.deflate(out);
    deflater.end();
    return Arrays.copyOf(out, length);
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }
}

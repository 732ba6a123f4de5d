package nsbox.snapshot;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// A process that unpacks half a layer, says `.`, and goes on when it is sent a byte.
final class ApplyHalf {
  static final byte[] TAR =
      TarFixture.layer(TarFixture.file("a/f", "x".repeat(9000)), TarFixture.file("b", "y"));

  private ApplyHalf() {}

  static Process start(Path root) throws IOException {
    return Java.start(ApplyHalf.class, root.toString());
  }

  public static void main(String[] arguments) throws IOException {
    InputStream first = new ByteArrayInputStream(Arrays.copyOf(TAR, 2048));
    InputStream rest = new ByteArrayInputStream(Arrays.copyOfRange(TAR, 2048, TAR.length));
    InputStream halfAndHalf =
        new SequenceInputStream(first, new SequenceInputStream(new Pause(), rest));
    String diffId = Stack.digest(TAR);
    Layer layer = new Layer(Stack.TAR, diffId, diffId, TAR.length, () -> halfAndHalf);
    Snapshots.open(Path.of(arguments[0])).apply(diffId, List.of(), layer);
  }

  /// Ends as soon as a byte comes from outside.
  private static final class Pause extends InputStream {
    @Override
    public int read() throws IOException {
      System.out.print('.');
      System.out.flush();
      System.in.read();
      return -1;
    }
  }
}

package nsbox.cli.planner;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a planner in training hears: the invocation, then that all it asks for was done.
final class TrainingFront extends InputStream {
  private static final byte GATHER = 12;
  private static final byte INVOCATION = 16;
  private static final byte OUTCOME = 17;
  private static final byte GATHERED = 20;
  private static final int OUTCOME_BYTES = 16;
  private static final int HEADER_BYTES = 5;

  private final ByteArrayOutputStream said;
  private ByteBuffer answer;

  /* Of what the planner said, up to the frame that is to be answered next. */
  private int heard;

  /// @param said everything that the planner says
  TrainingFront(byte[] invocation, ByteArrayOutputStream said) {
    this.said = said;
    this.answer = frame(INVOCATION, invocation);
  }

  @Override
  public int read() throws IOException {
    prepare();
    return answer.get() & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    prepare();
    int count = Math.min(length, answer.remaining());
    answer.get(bytes, offset, count);
    return count;
  }

  private void prepare() throws IOException {
    if (!answer.hasRemaining()) {
      byte[] last = lastFrame();
      answer =
          last[HEADER_BYTES - 1] == GATHER
              ? frame(GATHERED, gathered(ByteBuffer.wrap(last).order(ByteOrder.LITTLE_ENDIAN)))
              : frame(OUTCOME, new byte[OUTCOME_BYTES]);
    }
  }

  /* What is only told wants no answer; the last one does. */
  private byte[] lastFrame() {
    ByteBuffer frames = ByteBuffer.wrap(said.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    byte[] last = new byte[HEADER_BYTES];
    while (heard < frames.limit()) {
      last = new byte[HEADER_BYTES + frames.getInt(heard)];
      frames.get(heard, last);
      heard += last.length;
    }
    return last;
  }

  private static byte[] gathered(ByteBuffer wanted) throws IOException {
    wanted.position(HEADER_BYTES);
    int most = wanted.getInt();
    Path folder = Path.of(string(wanted));
    String[] files = new String[wanted.getInt()];
    for (int i = 0; i < files.length; i++) {
      files[i] = string(wanted);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(1);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "[!.]*")) {
      for (Path entry : entries) {
        put(out, entry.getFileName().toString().getBytes(StandardCharsets.UTF_8));
        for (String file : files) {
          Path path = entry.resolve(file);
          byte[] bytes = Files.exists(path) ? Files.readAllBytes(path) : null;
          put(out, bytes == null || bytes.length < most ? bytes : null);
        }
      }
    }
    return out.toByteArray();
  }

  private static String string(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.getInt()];
    buffer.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /* Null for what is not there. */
  private static void put(ByteArrayOutputStream out, byte[] bytes) {
    int length = bytes == null ? -1 : bytes.length;
    for (int shift = 0; shift < 32; shift += 8) {
      out.write(length >> shift);
    }
    if (bytes != null) {
      out.writeBytes(bytes);
    }
  }

  private static ByteBuffer frame(byte kind, byte[] payload) {
    ByteBuffer frame =
        ByteBuffer.allocate(HEADER_BYTES + payload.length).order(ByteOrder.LITTLE_ENDIAN);
    return frame.putInt(payload.length).put(kind).put(payload).flip();
  }
}

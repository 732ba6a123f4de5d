package nsbox.cli.planner;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import nsbox.cli.Invocation;
import nsbox.engine.Attachment;
import nsbox.engine.Front;
import nsbox.runtime.program.Program;

/// The front at the other end of a socket; `PROTOCOL.md` beside the C sources draws the
/// conversation.
final class FrontChannel implements Front {
  private static final byte STDOUT = 1;
  private static final byte STDERR = 2;
  private static final byte READ_STDIN = 3;
  private static final byte RUN = 4;
  private static final byte LAUNCH = 5;
  private static final byte EXIT = 6;
  private static final byte GO_ON = 7;
  private static final byte ATTACH = 8;
  private static final byte ADOPT = 9;
  private static final byte RESUME = 11;
  private static final byte TEAR_DOWN = 10;
  private static final byte GATHER = 12;
  private static final byte INVOCATION = 16;
  private static final byte OUTCOME = 17;
  private static final byte STDIN = 18;
  private static final byte PROCESS = 19;
  private static final byte GATHERED = 20;

  /* Who stays with a launch, beside those of [Stay]: the front, as a client. */
  private static final byte CLIENT = 3;

  /* errno(3) of a launch that the planner gives up: ECANCELED. */
  private static final int GIVEN_UP = 125;

  private static final int HEADER_BYTES = 5;
  private static final int MAX_FRAME_BYTES = 16 << 20;

  private final InputStream in;
  private final OutputStream out;

  FrontChannel(InputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
  }

  Invocation invocation() throws IOException {
    return Invocation.decode(receive(INVOCATION));
  }

  void exit(int code) throws IOException {
    send(EXIT, new byte[] {(byte) code}, 1);
  }

  @Override
  public void out(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    send(STDOUT, bytes, bytes.length);
  }

  @Override
  public void err(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    send(STDERR, bytes, bytes.length);
  }

  @Override
  public void write(boolean error, byte[] bytes, int length) throws IOException {
    send(error ? STDERR : STDOUT, bytes, length);
  }

  @Override
  public int read(byte[] buffer) throws IOException {
    byte[] wanted =
        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(buffer.length).array();
    send(READ_STDIN, wanted, wanted.length);
    byte[] bytes = receive(STDIN);
    System.arraycopy(bytes, 0, buffer, 0, bytes.length);
    return bytes.length;
  }

  @Override
  public Outcome run(byte[] program) throws IOException {
    send(RUN, program, program.length);
    return outcome();
  }

  @Override
  public Outcome launch(Program program, Stay stay) throws IOException {
    sendLaunch(program, stay);
    return outcome();
  }

  @Override
  public Outcome launch(Program program, Stay stay, Interlude interlude) throws IOException {
    sendLaunch(program, stay);
    Frame frame = receive();
    if (frame.kind() == OUTCOME) {
      return outcome(frame.payload());
    }
    int pid = little(expect(PROCESS, frame)).getInt();
    try {
      interlude.play(pid);
    } catch (IOException | RuntimeException e) {
      goOn(GIVEN_UP);
      outcome();
      throw e;
    }
    goOn(0);
    return outcome();
  }

  @Override
  public Outcome launch(Program program, Attachment attachment) throws IOException {
    byte[] how = attachment.encode();
    byte[] encoded = program.encode();
    ByteBuffer payload = ByteBuffer.allocate(1 + how.length + encoded.length);
    payload.put(CLIENT).put(how).put(encoded);
    send(LAUNCH, payload.array(), payload.capacity());
    return outcome();
  }

  @Override
  public Outcome attach(String socket, Attachment attachment) throws IOException {
    byte[] path = socket.getBytes(StandardCharsets.UTF_8);
    byte[] how = attachment.encode();
    ByteBuffer payload = little(new byte[4 + path.length + how.length]);
    payload.putInt(path.length).put(path).put(how);
    send(ATTACH, payload.array(), payload.capacity());
    return outcome();
  }

  @Override
  public Outcome adopt(byte[] program) throws IOException {
    send(ADOPT, program, program.length);
    return outcome();
  }

  @Override
  public Outcome resume(byte[] program, int exitCode) throws IOException {
    byte[] payload = new byte[program.length + 1];
    payload[0] = (byte) exitCode;
    System.arraycopy(program, 0, payload, 1, program.length);
    send(RESUME, payload, payload.length);
    return outcome();
  }

  @Override
  public Outcome tearDown(byte[] program) throws IOException {
    send(TEAR_DOWN, program, program.length);
    return outcome();
  }

  @Override
  public List<Gathered> gather(String folder, List<String> files, int most) throws IOException {
    ByteArrayOutputStream wanted = new ByteArrayOutputStream();
    number(wanted, most);
    string(wanted, folder);
    number(wanted, files.size());
    for (String file : files) {
      string(wanted, file);
    }
    send(GATHER, wanted.toByteArray(), wanted.size());
    ByteBuffer answer = little(receive(GATHERED));
    if (answer.get() == 0) {
      return null;
    }
    List<Gathered> gathered = new ArrayList<>();
    while (answer.hasRemaining()) {
      String name = new String(bytes(answer), StandardCharsets.UTF_8);
      byte[][] contents = new byte[files.size()][];
      for (int i = 0; i < contents.length; i++) {
        contents[i] = bytes(answer);
      }
      gathered.add(new Gathered(name, contents));
    }
    return gathered;
  }

  private static void number(ByteArrayOutputStream out, int number) {
    for (int shift = 0; shift < 32; shift += 8) {
      out.write(number >> shift);
    }
  }

  private static void string(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    number(out, bytes.length);
    out.writeBytes(bytes);
  }

  /* Null where there are none. */
  private static byte[] bytes(ByteBuffer answer) {
    int length = answer.getInt();
    if (length < 0) {
      return null;
    }
    byte[] bytes = new byte[length];
    answer.get(bytes);
    return bytes;
  }

  private void goOn(int errno) throws IOException {
    byte[] payload = little(new byte[4]).putInt(errno).array();
    send(GO_ON, payload, payload.length);
  }

  private void sendLaunch(Program program, Stay stay) throws IOException {
    byte[] encoded = program.encode();
    byte[] payload = new byte[encoded.length + 1];
    payload[0] =
        switch (stay) {
          case ATTACHED -> 0;
          case DETACHED -> 1;
          case NOT -> 2;
        };
    System.arraycopy(encoded, 0, payload, 1, encoded.length);
    send(LAUNCH, payload, payload.length);
  }

  private Outcome outcome() throws IOException {
    return outcome(receive(OUTCOME));
  }

  private static Outcome outcome(byte[] payload) {
    ByteBuffer buffer = little(payload);
    int errno = buffer.getInt();
    int section = buffer.getInt();
    int index = buffer.getInt();
    byte[] detail = new byte[buffer.getInt()];
    buffer.get(detail);
    return new Outcome(errno, section, index, new String(detail, StandardCharsets.UTF_8));
  }

  private void send(byte kind, byte[] payload, int length) throws IOException {
    byte[] frame = new byte[HEADER_BYTES + length];
    ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(length).put(kind);
    System.arraycopy(payload, 0, frame, HEADER_BYTES, length);
    out.write(frame);
    out.flush();
  }

  private record Frame(byte kind, byte[] payload) {}

  private byte[] receive(byte kind) throws IOException {
    return expect(kind, receive());
  }

  private static byte[] expect(byte kind, Frame frame) throws IOException {
    if (frame.kind() != kind) {
      throw new IOException("expected frame " + kind + ", found " + frame.kind());
    }
    return frame.payload();
  }

  private Frame receive() throws IOException {
    byte[] header = in.readNBytes(HEADER_BYTES);
    if (header.length < HEADER_BYTES) {
      throw new EOFException("the nsbox process that started this planner is gone");
    }
    ByteBuffer buffer = little(header);
    int length = buffer.getInt();
    byte kind = buffer.get();
    if (length < 0 || length > MAX_FRAME_BYTES) {
      throw new IOException("frame " + kind + " of " + Integer.toUnsignedString(length) + " bytes");
    }
    return new Frame(kind, in.readNBytes(length));
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}

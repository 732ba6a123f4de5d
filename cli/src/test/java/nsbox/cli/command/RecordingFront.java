package nsbox.cli.command;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import nsbox.engine.Front;
import nsbox.runtime.program.Program;

/// A front without a user: what is printed is kept, in the order of both streams together.
public final class RecordingFront implements Front {
  private final ByteArrayOutputStream text = new ByteArrayOutputStream();

  public String text() {
    return text.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void out(String printed) {
    text.writeBytes(("out:" + printed).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void err(String printed) {
    text.writeBytes(("err:" + printed).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void write(boolean error, byte[] bytes, int length) {
    String printed = new String(bytes, 0, length, StandardCharsets.UTF_8);
    if (error) {
      err(printed);
    } else {
      out(printed);
    }
  }

  @Override
  public int read(byte[] buffer) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Outcome run(byte[] program) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Outcome launch(Program program, Stay stay) {
    throw new UnsupportedOperationException();
  }
}

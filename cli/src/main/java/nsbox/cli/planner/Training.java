package nsbox.cli.planner;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import nsbox.engine.DefaultFilter;
import nsbox.json.Json;
import nsbox.runtime.state.ProcessIdentity;

/// Runs real commands at build time, so that the JVM can archive the classes they use.
///
/// All that is archived is loaded with every later command. So only those commands are trained in
/// which the user waits for the planner and for nothing else; what imports an image first is
/// another process. The front is none: it answers every program with success and runs nothing.
final class Training {
  private static final int ROUNDS = 3;
  private static final int LONG_TEXT = 2000;
  private static final int LAUNCHED = -1;
  private static final byte STDOUT = 1;
  private static final byte STDERR = 2;
  private static final byte EXIT = 6;
  private static final byte INVOCATION = 16;
  private static final int HEADER_BYTES = 5;

  private final String state;
  private final String home;

  Training(String state, String home) {
    this.state = state;
    this.home = home;
  }

  /// @param arguments a folder for the state of the commands, to be thrown away; with `prepare`
  ///   after it, makes the default filter and brings the image there that the training needs
  public static void main(String[] arguments) throws IOException {
    Training training = new Training(arguments[0], Path.of("").toAbsolutePath().toString());
    if (arguments.length > 1) {
      DefaultFilter.make().write(Path.of("lib/seccomp"));
      training.expect(0, "import", training.home + "/lib/images/hello");
    } else {
      training.run();
    }
  }

  private void run() throws IOException {
    /* Texts like those of real images, which the parser reads in another way than short ones. */
    String text = "é\\n".repeat(LONG_TEXT);
    Json.parse(("{\"text\":\"" + text + "\"}").getBytes(StandardCharsets.UTF_8), "a long text");
    for (int round = 0; round < ROUNDS; round++) {
      String name = "trained" + round;
      expect(LAUNCHED, "run", "--rm", "hello", "/hello");
      expect(
          LAUNCHED,
          "run",
          "-it",
          "--name",
          name,
          "-e",
          "A=b",
          "-w",
          "/tmp",
          "-u",
          "1:1",
          "-v",
          "/tmp:/tmp:ro",
          "--read-only",
          "--network=host",
          "hello:latest");
      expect(0, "run", "-d", "hello");
      runsAs(name, ProcessIdentity.ofSelf());
      expect(LAUNCHED, "exec", name, "/hello");
      expect(LAUNCHED, "exec", "-it", "-e", "A=b", "-w", "/tmp", name, "/hello");
      expect(0, "exec", "-d", name, "/hello");
      expect(0, "ps", "-a");
      expect(0, "logs", name);
      expect(0, "stop", name);
      ends(name);
      expect(0, "rm", "-f", name);
    }
  }

  private Path runFolder(String name) throws IOException {
    Path link = Files.readSymbolicLink(Path.of(state, "root", "names", name));
    return Path.of(state, "run").resolve(link.getFileName());
  }

  /* What a monitor would have left. */
  private void runsAs(String name, ProcessIdentity process) throws IOException {
    Files.writeString(runFolder(name).resolve("process"), process.text());
  }

  /* As a monitor that has ended. */
  private void ends(String name) throws IOException {
    Path folder = runFolder(name);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /// Runs one command and fails if it ends otherwise.
  void expect(int code, String... arguments) throws IOException {
    String[] globals = {"nsbox", "--root", state + "/root", "--run-root", state + "/run"};
    expect(globals, code, arguments);
  }

  /// @param globals the program's name and the options before the command
  void expect(String[] globals, int code, String... arguments) throws IOException {
    ByteArrayOutputStream answers = new ByteArrayOutputStream();
    Planner.serve(new TrainingFront(invocation(globals, arguments), answers), answers);
    ByteBuffer frames = ByteBuffer.wrap(answers.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    int found = LAUNCHED;
    StringBuilder text = new StringBuilder();
    while (frames.hasRemaining()) {
      byte[] payload = new byte[frames.getInt()];
      byte kind = frames.get();
      frames.get(payload);
      if (kind == EXIT) {
        found = payload[0] & 0xff;
      } else if (kind == STDOUT || kind == STDERR) {
        text.append(new String(payload, StandardCharsets.UTF_8));
      }
    }
    if (found != code) {
      throw new IllegalStateException(
          String.join(" ", arguments)
              + ": exit code "
              + found
              + ", expected "
              + code
              + ": "
              + text);
    }
  }

  private byte[] invocation(String[] globals, String... arguments) throws IOException {
    ProcessIdentity self = ProcessIdentity.ofSelf();
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(globals.length + arguments.length);
    for (String word : globals) {
      put(buffer, word);
    }
    for (String word : arguments) {
      put(buffer, word);
    }
    buffer.putInt(1);
    put(buffer, "PATH=/usr/bin:/bin");
    put(buffer, "/");
    put(buffer, home);
    buffer.putInt(self.pid()).putLong(self.startTime()).putInt(0);
    buffer.put((byte) 7).putInt(24).putInt(80).putInt(0);
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return bytes;
  }

  private static void put(ByteBuffer buffer, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    buffer.putInt(bytes.length).put(bytes);
  }
}

package nsbox.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One call of `nsbox`, as its caller made it.
///
/// Commands read this and never the planner's own process: not its arguments, environment, working
/// directory or streams.
///
/// @param arguments the first is the name that was called, such as `nsbox` or a path to it
/// @param directory the caller's working directory
/// @param home the folder of the distribution, in which `bin` and `lib` stand
/// @param processId of the caller's `nsbox` process, and its start time in clock ticks since boot
/// @param keptDescriptors how many descriptors from 3 on the caller passes on to the container
/// @param rows of the caller's terminal, 0 without one; columns likewise
public record Invocation(
    List<String> arguments,
    Map<String, String> environment,
    String directory,
    String home,
    int processId,
    long startTime,
    int userId,
    boolean inputIsTerminal,
    boolean outputIsTerminal,
    boolean errorIsTerminal,
    int rows,
    int columns,
    int keptDescriptors) {

  /// Reads what `send_invocation` in `main.c` wrote.
  ///
  /// @throws IOException if an argument or a variable is not UTF-8: config.json could not hold it
  public static Invocation decode(byte[] payload) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    List<String> arguments = strings(buffer, "an argument");
    Map<String, String> environment = new LinkedHashMap<>();
    for (String assignment : lenientStrings(buffer)) {
      int equals = assignment.indexOf('=');
      if (equals > 0) {
        environment.put(assignment.substring(0, equals), assignment.substring(equals + 1));
      }
    }
    String directory = string(buffer, "the working directory");
    String home = string(buffer, "the folder of nsbox");
    int processId = buffer.getInt();
    long startTime = buffer.getLong();
    int userId = buffer.getInt();
    int terminals = buffer.get();
    return new Invocation(
        arguments,
        environment,
        directory,
        home,
        processId,
        startTime,
        userId,
        (terminals & 1) != 0,
        (terminals & 2) != 0,
        (terminals & 4) != 0,
        buffer.getInt(),
        buffer.getInt(),
        buffer.getInt());
  }

  /// `nsbox` or `nsbox-runtime`, however it was called.
  public String program() {
    String name = arguments.isEmpty() ? "nsbox" : arguments.getFirst();
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private static List<String> strings(ByteBuffer buffer, String what) throws IOException {
    int count = buffer.getInt();
    List<String> strings = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      strings.add(string(buffer, what));
    }
    return strings;
  }

  /* A variable that is not UTF-8 harms only whoever asks for it. */
  private static List<String> lenientStrings(ByteBuffer buffer) {
    int count = buffer.getInt();
    List<String> strings = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      strings.add(new String(bytes(buffer), StandardCharsets.UTF_8));
    }
    return strings;
  }

  private static String string(ByteBuffer buffer, String what) throws IOException {
    byte[] bytes = bytes(buffer);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IOException(
          what + " is not UTF-8: " + new String(bytes, StandardCharsets.UTF_8), e);
    }
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.getInt()];
    buffer.get(bytes);
    return bytes;
  }
}

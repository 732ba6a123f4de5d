package nsbox.network.cni;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import nsbox.json.Json;

/// One call of a plugin's program, after its end.
///
/// @param code its exit code; above 128 that many less is the signal that ended it
/// @param killed whether it took too long
/// @param output what it wrote, up to [Json#MAX_BYTES]; it is killed at more
record CniInvocation(int code, boolean killed, byte[] output, byte[] errors) {
  /* What a program leaves behind may hold its output open. */
  private static final Duration AFTER_END = Duration.ofSeconds(1);

  /// Starts a program and waits for its end.
  ///
  /// @param environment all of it
  /// @param input what it reads; it may end without
  /// @throws IOException if it cannot be started
  static CniInvocation of(
      List<String> command, Map<String, String> environment, byte[] input, Duration limit)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      Drain output = new Drain(process, process.getInputStream());
      Drain errors = new Drain(process, process.getErrorStream());
      output.start();
      errors.start();
      daemon(() -> write(process.getOutputStream(), input)).start();
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        kill(process);
      }
      int code = process.waitFor();
      return new CniInvocation(code, !ended, output.bytes(), errors.bytes());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + command + " was running");
    } finally {
      kill(process);
    }
  }

  /// Whether it wrote more than is read.
  boolean overflowed() {
    return output.length >= Json.MAX_BYTES || errors.length >= Json.MAX_BYTES;
  }

  /// What it wrote, for messages: the beginning, in one line.
  String said() {
    String text = new String(output.length > 0 ? output : errors, StandardCharsets.UTF_8).strip();
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < text.length() && i < 400; i++) {
      char c = text.charAt(i);
      line.append(c < ' ' ? ' ' : c);
    }
    return text.length() > 400 ? line.append("…").toString() : line.toString();
  }

  private static void write(OutputStream stream, byte[] input) {
    try (stream) {
      stream.write(input);
    } catch (IOException e) {
      /* It ended without reading: its exit code says whether that was right. */
    }
  }

  /* Also the programs that it started itself: a plugin waits for that of its addresses. */
  private static void kill(Process process) {
    if (process.isAlive()) {
      List<ProcessHandle> below = process.descendants().toList();
      process.destroyForcibly();
      for (ProcessHandle each : below) {
        each.destroyForcibly();
      }
    }
  }

  private static Thread daemon(Runnable task) {
    return Thread.ofPlatform().daemon().name("CNI plugin").unstarted(task);
  }

  /// Takes what a program writes, so that it need not wait.
  private static final class Drain {
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private final Thread thread;

    Drain(Process process, InputStream stream) {
      thread = daemon(() -> take(process, stream));
    }

    void start() {
      thread.start();
    }

    byte[] bytes() throws InterruptedException {
      thread.join(AFTER_END);
      return taken.toByteArray();
    }

    private void take(Process process, InputStream stream) {
      byte[] piece = new byte[1 << 16];
      try {
        for (int n = stream.read(piece); n >= 0; n = stream.read(piece)) {
          taken.write(piece, 0, Math.min(n, Json.MAX_BYTES - taken.size()));
          if (taken.size() == Json.MAX_BYTES) {
            kill(process);
            return;
          }
        }
      } catch (IOException e) {
        /* The process has ended and its streams with it: what there was has been taken. */
      }
    }
  }
}

package nsbox.e2e.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import nsbox.e2e.EndToEnd;

/// Other programs of the machine, run to their end.
public final class Outside {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private Outside() {}

  /// How a program ended.
  ///
  /// @param output what it wrote to both of its streams
  public record Ended(int code, String output) {}

  /// What a program printed; one that fails fails the test, one that is missing skips it.
  public static String run(String program, String... arguments) throws IOException {
    Ended ended = attempt(program, arguments);
    assertEquals(0, ended.code(), program + " " + List.of(arguments) + ": " + ended.output());
    return ended.output().strip();
  }

  /// As [#run], for a program that may fail.
  public static Ended attempt(String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(EndToEnd.program(program));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile("nsbox-outside-", ".txt");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!ended(process, LIMIT)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError(command + " took longer than " + LIMIT.toSeconds() + " s");
      }
      return new Ended(process.exitValue(), Files.readString(output, UTF_8));
    } finally {
      Files.delete(output);
    }
  }

  /// Waits for the end of a process; whoever closes something does this without being interrupted.
  static boolean ended(Process process, Duration limit) {
    return process
        .onExit()
        .thenApply(it -> true)
        .completeOnTimeout(false, limit.toMillis(), TimeUnit.MILLISECONDS)
        .join();
  }

  /// Removes a folder with all that is in it; links are removed, not followed.
  public static void removeTree(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(Outside::remove);
    }
  }

  private static void remove(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

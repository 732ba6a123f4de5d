package nsbox.e2e.engines;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nsbox.e2e.Nsbox;
import nsbox.e2e.Nsbox.Result;
import nsbox.e2e.Nsbox.Running;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/// One engine for all tests of a class, and the promise that no container leaves anything behind,
/// which is held against every single test.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EngineTests implements Engine {
  EngineHost host;

  /// What an engine says of its runtime stands in its log, if anywhere.
  @RegisterExtension
  final TestExecutionExceptionHandler withLog =
      (context, failure) -> {
        failure.addSuppressed(new AssertionError("the engine's log:\n" + log()));
        throw failure;
      };

  @BeforeAll
  final void open() throws Exception {
    assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
        "engines need root, and this is another user");
    requirePrograms();
    host = new EngineHost();
    startEngine();
  }

  /// Skips the class where a program is missing.
  abstract void requirePrograms();

  /// Starts the engine and brings the image in.
  abstract void startEngine() throws Exception;

  abstract void stopEngine() throws Exception;

  /// Removes all containers, whatever they do.
  abstract void removeContainers() throws Exception;

  abstract void assertNothingLeft() throws Exception;

  /// What the engine has written about itself, or nothing.
  abstract String log() throws IOException;

  @AfterEach
  final void nothingOfTheContainersIsLeft() throws Exception {
    removeContainers();
    assertNothingLeft();
  }

  @AfterAll
  final void close() throws Exception {
    if (host == null) {
      return;
    }
    try {
      stopEngine();
    } finally {
      host.close();
    }
  }

  @Override
  public final EngineHost host() {
    return host;
  }

  @Override
  public final Running start(String... arguments) throws Exception {
    return host.start(line(arguments));
  }

  @Override
  public final Result call(String... arguments) throws Exception {
    return start(arguments).finish();
  }

  @Override
  public final Result callWithInput(String input, String... arguments) throws Exception {
    return host.callWithInput(input, line(arguments));
  }

  @Override
  public final Result onTerminal(String steps, String... arguments) throws Exception {
    return host.onTerminal(steps, line(arguments));
  }

  final List<String> line(String... arguments) {
    List<String> line = new ArrayList<>(command());
    line.addAll(List.of(arguments));
    return line;
  }

  /// The last lines of a file that may not be there.
  static String tail(Path file) throws IOException {
    if (!Files.exists(file)) {
      return "";
    }
    List<String> lines = Files.readAllLines(file);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
  }

  /// Waits until a file has other content than `before`.
  static void awaitChange(Path file, String before) throws Exception {
    Nsbox.await("change of " + file, () -> !Files.readString(file).equals(before));
  }
}

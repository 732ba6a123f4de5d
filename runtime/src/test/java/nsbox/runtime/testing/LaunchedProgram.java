package nsbox.runtime.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import nsbox.runtime.program.Instruction;
import nsbox.runtime.program.Program;

/// A launch program, or one of host steps alone, run by the real C side, whose planner has nothing
/// else to say.
public final class LaunchedProgram {
  private static final Path BUILT = Path.of("target/c/nsbox");
  private static final int LIMIT_SECONDS = 30;

  private final Path home;
  private final Program program;

  /// @param home an empty folder, which becomes a distribution
  public LaunchedProgram(Path home, Program program) throws IOException {
    this.home = home;
    this.program = program;
    Files.createDirectories(home.resolve("bin"));
    Files.copy(BUILT, home.resolve("bin/nsbox"));
    script("planner.py", Files.createDirectories(home.resolve("lib/jvm/bin")).resolve("java"));
    script("without_fsopen.py", home.resolve("bin/without-fsopen"));
    boolean host = program.init().isEmpty() && program.teardown().isEmpty();
    Files.write(home.resolve(host ? "steps" : "program"), program.encode());
  }

  private static void script(String name, Path file) throws IOException {
    try (var in = LaunchedProgram.class.getResourceAsStream(name)) {
      Files.copy(in, file);
    }
    file.toFile().setExecutable(true);
  }

  /// @param text all that the container wrote, and after a failure the label of the step that
  ///   failed, with the number of the error
  public record Result(int code, String text) {}

  public Result run() throws Exception {
    return run(List.of());
  }

  /// @param wrapper a command that runs the one which follows it
  public Result run(List<String> wrapper) throws Exception {
    return finish(start(wrapper));
  }

  /// As on a kernel that does not know the new way to mount.
  public Result runWithoutFsopen() throws Exception {
    return run(List.of(home.resolve("bin/without-fsopen").toString()));
  }

  /// The monitor in the foreground; what it writes goes to the file `said` of its home.
  public Process start(List<String> wrapper) throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.add(home.resolve("bin/nsbox").toString());
    return new ProcessBuilder(command)
        .redirectInput(Path.of("/dev/null").toFile())
        .redirectErrorStream(true)
        .redirectOutput(home.resolve("said").toFile())
        .start();
  }

  private Result finish(Process monitor) throws Exception {
    boolean ended = monitor.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      monitor.destroyForcibly().waitFor();
    }
    String said = said();
    assertTrue(ended, said);
    if (said.startsWith("errno ")) {
      String[] words = said.strip().split(" ");
      Instruction failed =
          program.section(Integer.parseInt(words[3])).get(Integer.parseInt(words[5]));
      return new Result(monitor.exitValue(), failed.label() + ": " + words[1]);
    }
    return new Result(monitor.exitValue(), said);
  }

  public String said() throws IOException {
    return Files.readString(home.resolve("said"), StandardCharsets.UTF_8);
  }
}

package nsbox.e2e.flags;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import nsbox.e2e.EndToEnd;
import nsbox.e2e.Nsbox.Result;

/// What the classes here share: one container with some options, and what it sees.
abstract class FlagTests extends EndToEnd {
  @Override
  protected void prepare() throws Exception {
    importAlpine();
  }

  /// What `script` prints in a container of its own.
  ///
  /// @param flags as a shell reads them
  protected final String seen(String flags, String script) throws Exception {
    Result result = result(flags, script);
    assertEquals(new Result(0, result.out(), ""), result);
    return result.out();
  }

  protected final Result result(String flags, String script) throws Exception {
    return nsbox.sh("nsbox run --rm " + flags + " " + ALPINE + " sh -c '" + script + "'");
  }

  /// Asserts one message, exit code 125, and that no container was made.
  protected final void isRefused(String message, String flags) throws Exception {
    Result result = nsbox.sh("nsbox run --rm " + flags + " " + ALPINE + " true");
    assertEquals(new Result(125, "", "nsbox: " + message.replace("\\n", "\n") + "\n"), result);
    assertEquals(List.of(), nsbox.containers());
  }

  /// Whether version 2 rules alone.
  protected static boolean isUnified() {
    return Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
  }
}
